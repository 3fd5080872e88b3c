/** `files/*` but for patches (§2.8). Names may hold directories; content is never empty. */
import { savedAt } from './agents.ts'
import { type Answer, type Call, type Endpoints, isVisible, projectOf, projectToChange } from './call.ts'
import { showDate } from './dates.ts'
import type { StoredFile, StoredProject } from './entities.ts'
import { flag, isParams, type Param, requiredText, text } from './params.ts'
import { chanceOf } from './random.ts'
import { refuse } from './refusal.ts'
import { beforeChange, nextFileId, type World } from './store.ts'

export const fileEndpoints: Endpoints = {
  'files/create': create,
  'files/read': read,
  'files/update': update,
  'files/delete': remove,
}

export const templates = {
  'main.py':
    'from AlgorithmImports import *\n\nclass MyAlgorithm(QCAlgorithm):\n    def initialize(self):\n        pass\n',
  'research.ipynb': '{"cells": []}',
  'Main.cs':
    'namespace QuantConnect.Algorithm.CSharp\n{\n    public class MyAlgorithm : QCAlgorithm\n    {\n    }\n}\n',
  'Research.ipynb': '{"cells": []}',
}

/** The two files of a new project (§2.2). */
export function defaultFiles(world: World, language: string, now: number): StoredFile[] {
  const names = language === 'C#' ? (['Main.cs', 'Research.ipynb'] as const) : (['main.py', 'research.ipynb'] as const)
  return names.map((name) => newFile(world, name, templates[name], now))
}

export function newFile(world: World, name: string, content: string, modified: number): StoredFile {
  return { id: nextFileId(world), name, content, modified, open: false }
}

/** A whole file set as `projects/update` brings it: unchanged files keep their id and time. */
export function checkedFiles(call: Call, project: StoredProject, given: readonly Param[]): StoredFile[] {
  const files = new Map<string, StoredFile>()
  for (const each of given) {
    if (!isParams(each)) refuse('Invalid argument')
    const name = requiredText(each, 'name')
    const content = checkedContent(text(each, 'content') ?? '')
    const present = project.files.find((file) => file.name === name)
    const same = present?.content === content
    const id = present?.id ?? nextFileId(call.world)
    files.set(name, same ? present : { id, name, content, modified: call.now, open: present?.open ?? false })
  }
  return [...files.values()]
}

function create(call: Call): Answer {
  const project = projectToChange(call)
  const name = requiredText(call.params, 'name')
  if (findFile(project, name)) refuse('File already exist in this project')
  const given = text(call.params, 'content')
  const content = given === undefined ? missingContent(call, name) : checkedContent(given)
  const file = newFile(call.world, name, content, call.now)
  project.files.push(file)
  touch(call, project)
  return { files: [showFile(call, project, file, false)] }
}

/** `content` left out is fine (§2.8); what is stored then is not known (§10.13). */
function missingContent(call: Call, name: string): string {
  if (call.world.switches.missingContent === 'empty') return ''
  return templates[name as keyof typeof templates] ?? '# Your New File\n'
}

function read(call: Call): Answer {
  const project = projectOf(call)
  const name = text(call.params, 'name')
  const own = name ? [findFile(project, name) ?? noFile(call, name)] : project.files
  const files = own.map((file) => showFile(call, project, file, false))
  if (call.world.switches.openMoves === 'yes') touchOpened(call, project)
  return {
    files: flag(call.params, 'includeLibraries') ? [...files, ...libraryFiles(call, project)] : files,
    errors: [],
  }
}

/** Files of linked libraries carry `isLibrary: true`. */
function libraryFiles(call: Call, project: StoredProject): unknown[] {
  return project.libraries.flatMap((id) => {
    const library = call.world.projects.get(id)
    if (!library || !isVisible(library, call.user.id)) return []
    return library.files.map((file) => showFile(call, library, file, true))
  })
}

/** Content, or a rename with `newName`, or both. */
function update(call: Call): Answer {
  const project = projectToChange(call)
  const name = requiredText(call.params, 'name')
  const file = findFile(project, name) ?? noFile(call, name)
  const newName = text(call.params, 'newName')
  const content = text(call.params, 'content')
  if (newName === undefined && content === undefined) refuse('Required parameter content is empty')
  if (newName === '') refuse('Required parameter newName is empty')
  if (newName && newName !== name && findFile(project, newName)) refuse('File already exist in this project')
  if (content !== undefined) file.content = checkedContent(content)
  if (newName) file.name = newName
  file.modified = call.now
  touch(call, project)
  return newName ? {} : { files: [showFile(call, project, file, false)] }
}

/** The last file may go too. */
function remove(call: Call): Answer {
  const project = projectToChange(call)
  const name = requiredText(call.params, 'name')
  const file = findFile(project, name) ?? noFile(call, name)
  project.files = project.files.filter((each) => each !== file)
  touch(call, project)
  return {}
}

/** Real text of LC#280 for an empty file. */
export function checkedContent(content: string): string {
  return content === '' ? refuse('File content not valid. content: ') : content
}

export function findFile(project: StoredProject, name: string): StoredFile | undefined {
  return project.files.find((file) => file.name === name)
}

/** The one failure known to carry a code (§2.0). */
export function noFile(call: Call, name: string): never {
  return refuse(`File not found: ${name}`, call.world.switches.fileErrorCode === '1001' ? 1001 : undefined)
}

/** A file was saved or removed: `modified` of its project moves, or not (§10.10, §12). */
export function touch(call: Call, project: StoredProject): void {
  if (saveMoves(call, project)) project.modified = call.now
}

/**
 * Whether this save moves `modified` of the project. By chance, it depends on the seed, the project and how many saves
 * it had, so that the same saves have the same effect whatever else happens.
 */
export function saveMoves(call: Call, project: StoredProject): boolean {
  const { fileMoves, seed } = call.world.switches
  project.saves += 1
  return fileMoves === 'chance' ? chanceOf(0.5, seed, project.id, project.saves) : fileMoves === 'yes'
}

function touchOpened(call: Call, project: StoredProject): void {
  beforeChange(call.world, project.id)
  project.modified = call.now
}

export function showFile(call: Call, project: StoredProject, file: StoredFile, isLibrary: boolean): unknown {
  const { id, name, content, open } = file
  const modified = showDate(call.world.switches, 'files.modified', savedAt(project, file, call.now))
  return { id, projectId: project.id, name, content, modified, open, isLibrary }
}
