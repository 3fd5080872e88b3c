/**
 * `compile/*` (§2.9): a build is in the queue for a moment and then done. `BuildError` is a success of the call. A file that
 * holds the word BUILD_ERROR does not build, so that a client can meet one.
 */
import { type Answer, type Call, type Endpoints, projectOf } from './call.ts'
import type { Compile, StoredFile, StoredProject } from './entities.ts'
import { binPrefix } from './names.ts'
import { requiredText } from './params.ts'
import { refuse } from './refusal.ts'

export const compileEndpoints: Endpoints = {
  'compile/create': create,
  'compile/read': read,
}

function create(call: Call): Answer {
  const project = projectOf(call)
  checkRunnable(call, project)
  const { random } = call.world
  const fails = project.files.some((file) => file.content.includes('BUILD_ERROR'))
  const compile: Compile = { compileId: `${random.hex(32)}-${random.hex(32)}`, created: call.now, fails }
  project.compiles.push(compile)
  return {
    compileId: compile.compileId,
    state: stateOf(call, compile),
    parameters: project.files.flatMap(parametersIn),
    projectId: project.id,
    signature: random.hex(64),
    signatureOrder: project.files.map((file) => file.name),
  }
}

function read(call: Call): Answer {
  const project = projectOf(call)
  const compile = findCompile(project, requiredText(call.params, 'compileId'))
  return { compileId: compile.compileId, state: stateOf(call, compile), logs: logsOf(call, project, compile) }
}

/** Whether the bin compiles and runs is not known (§10.4). */
export function checkRunnable(call: Call, project: StoredProject): void {
  const binned = project.name.startsWith(binPrefix)
  if (binned && call.world.switches.binRuns === 'error') refuse('Project is in the Recycle Bin')
}

export function findCompile(project: StoredProject, compileId: string): Compile {
  return project.compiles.find((each) => each.compileId === compileId) ?? refuse('Compile id not found')
}

export function stateOf(call: Call, compile: Compile): 'InQueue' | 'BuildSuccess' | 'BuildError' {
  if (call.now < compile.created + call.world.switches.compileSeconds * 1000) return 'InQueue'
  return compile.fails ? 'BuildError' : 'BuildSuccess'
}

/** Log line as in QCLI#5. */
function logsOf(call: Call, project: StoredProject, compile: Compile): string[] {
  const state = stateOf(call, compile)
  if (state === 'InQueue') return []
  const what = `for Project ID: ${project.id}, with CompileID: ${compile.compileId}, Lean Version: 2.5.0.0.17000`
  return state === 'BuildError'
    ? [`Build Request Failed ${what}`, 'main.py: BUILD_ERROR']
    : [`Build Request Successful ${what}`]
}

/** Lines that read a parameter, per file. */
function parametersIn(file: StoredFile): unknown[] {
  const lines = file.content.split('\n').flatMap((line, index) => (/get_?parameter\(/i.test(line) ? [index + 1] : []))
  return lines.length === 0
    ? []
    : [{ file: file.name, parameters: lines.map((line) => ({ line, type: 'GetParameter' })) }]
}
