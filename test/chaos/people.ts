/** What people do in QuantConnect itself, by hand, and what they would not want to lose. */

import type { World } from '../support/world.ts'
import type { Edit } from './actions.ts'
import type { Looking } from './sequence.ts'
import type { Said } from './witness.ts'
import { DAY, PROJECTS, START } from './world.ts'

const BIN = 'Recycle Bin/'

export interface People {
  edit(edit: Edit): Promise<void>
  editOf(projectId: number, what: Edit['what']): Promise<void>
  /** Makes a project in a folder; null: under a name that a project has, or had. */
  make(folder: string | null, which: number): Promise<void>
  /** A month goes by for QuantConnect: the Recycle Bin forgets. */
  forget(): Promise<void>
  /** Of the projects as they stand, the nth. */
  pick(which: number): Promise<{ readonly projectId: number; readonly name: string }>
  /** The same, and every second one of what is in the bin or gone. */
  pickGone(which: number): Promise<number>
  /** Projects that QuantConnect let go of while they were in the bin. */
  readonly forgotten: ReadonlySet<number>
  /** Every project there ever was, by the name under which it was seen first. */
  readonly known: ReadonlyMap<number, string>
}

export function people(world: World, sandbox: Looking, said: Said): People {
  let count = 0
  const forgotten = new Set<number>()
  const known = new Map<number, string>()

  const all = async () => {
    const projects = [...(await sandbox.look()).values()].sort((a, b) => a.projectId - b.projectId)
    for (const { projectId, name } of projects) if (!known.has(projectId)) known.set(projectId, name)
    return projects
  }
  const isTaken = async (name: string) => (await all()).some((project) => project.name === name)

  const editOf = async (projectId: number, what: Edit['what']): Promise<void> => {
    const project = (await all()).find((one) => one.projectId === projectId)
    if (project === undefined) return
    count += 1
    const content = `# by hand ${count}\n`
    const others = project.files.filter(({ name }) => name !== (what === 'write' ? 'notes.py' : 'main.py'))
    const file = { name: what === 'write' ? 'notes.py' : 'main.py', content, modified: Date.now() }
    const unmoved = { modified: project.modified }
    const path = project.name.replace(BIN, '')
    const binned = (await all()).find(({ name }) => name.startsWith(BIN))
    const fields: { readonly [what in Edit['what']]: object | null } = {
      touch: { parameters: [{ key: 'fast', value: String(count) }] },
      hold: { description: '[keep]' },
      unhold: { description: '', modified: new Date(START - 300 * DAY).toISOString() },
      rename: { name: `Moved/${projectId}` },
      run: { live: [{ status: 'Running' }] },
      stop: (project.live as readonly unknown[]).length === 0 ? null : { live: [] },
      restore: path === project.name || (await isTaken(path)) ? null : { name: path, ...unmoved },
      bin: path !== project.name || (await isTaken(`${BIN}${path}`)) ? null : { name: `${BIN}${path}`, ...unmoved },
      pin: { isPinned: true },
      describe: { description: `a note ${count}` },
      save: { files: [...others, file], ...unmoved },
      write: { files: [...others, file], ...unmoved },
      backtest: { backtests: [{ name: `b${count}`, created: Date.now() }], ...unmoved },
      'move in': { name: `Dir/one/${projectId}` },
      collide:
        binned === undefined || (await isTaken(binned.name.replace(BIN, '')))
          ? null
          : { name: binned.name.replace(BIN, '') },
    }
    const change = fields[what]
    if (change === null) return
    sandbox.changed()
    const done = await world.control('edit', { projectId, ...change }).catch(() => null)
    sandbox.changed()
    if (done === null) return
    if (what === 'save' || what === 'write') {
      said.written.set(projectId, new Map(said.written.get(projectId)).set(file.name, content))
    }
    if (what === 'save' || what === 'write') said.savedOn.set(projectId, Date.now())
    else if (what === 'backtest') said.ranOn.set(projectId, Date.now())
    // Dates were set back.
    else if (what === 'unhold') said.workedOn.delete(projectId)
    else if (what !== 'restore' && what !== 'bin') said.workedOn.set(projectId, Date.now())
  }

  return {
    forgotten,
    known,
    editOf,
    edit: async ({ which, what }) => editOf((await pick(which)).projectId, what),
    make: async (folder, which) => {
      count += 1
      const names = (PROJECTS as readonly { readonly name: string }[]).map(({ name }) => name)
      const name = folder === null ? (names[which % names.length] as string) : `${folder}/new ${count}`
      if (await isTaken(name)) return
      const content = `# made by hand ${count}\n`
      sandbox.changed()
      const made = (await world.control('add', { name, files: [{ name: 'main.py', content }] })) as {
        projectId: number
      }
      sandbox.changed()
      said.workedOn.set(made.projectId, Date.now())
      said.savedOn.set(made.projectId, Date.now())
      said.written.set(made.projectId, new Map([['main.py', content]]))
    },
    forget: async () => {
      for (const { projectId, name } of await all()) if (name.startsWith(BIN)) forgotten.add(projectId)
      await world.control('clock', { advance: 31 * DAY })
      await world.projects()
      await world.control('clock', {})
      sandbox.changed()
      await all()
    },
    pick,
    pickGone: async (which) => {
      const projects = await all()
      const gone = [...known.keys()].filter((id) => {
        const project = projects.find(({ projectId }) => projectId === id)
        return project === undefined || project.name.startsWith(BIN)
      })
      if (gone.length === 0 || which % 5 === 4) return (await pick(which)).projectId
      return gone[which % gone.length] as number
    },
  }

  async function pick(which: number) {
    const projects = await all()
    return projects[which % projects.length] as (typeof projects)[number]
  }
}
