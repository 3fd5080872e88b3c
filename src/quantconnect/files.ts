/** Reads the files of one project, whole enough to rebuild it from. */

import type { Evidence } from '../core/evidence/project.ts'
import { malformed, type Result, succeed } from './failure.ts'
import type { Meter } from './meter.ts'
import { checkedId } from './projects.ts'
import type { MostBytes, Transport } from './transport.ts'
import { readDate } from './wire-date.ts'
import { isRow, readId } from './wire-value.ts'

export interface ProjectFile {
  /** May hold directories: `lib/indicators.py`. */
  readonly name: string
  /** Notebooks come as their JSON text. */
  readonly content: string
  /** Milliseconds, UTC. */
  readonly modified: Evidence<number>
}

/** The project's own files; those of linked libraries, which the API may list too, are left out. */
export async function readFiles(
  transport: Transport,
  projectId: number,
  meter: Meter,
  most?: MostBytes,
): Promise<Result<readonly ProjectFile[]>> {
  const answer = await transport.read('files/read', { projectId: checkedId(projectId) }, meter, most)
  if (!answer.ok) return answer
  const { files } = answer.value
  if (!Array.isArray(files)) return malformed(`"files" of project ${projectId} is missing or is not a list`)

  const own = new Map<string, ProjectFile>()
  for (const [place, row] of files.entries()) {
    if (isRow(row) && row.isLibrary === true) continue
    const file = readFileRow(row, projectId)
    if (typeof file === 'string') return malformed(`file ${place + 1} of project ${projectId} ${file}`)
    if (own.has(file.name)) return malformed(`project ${projectId} lists file ${place + 1} under a name used before`)
    own.set(file.name, file)
  }
  return succeed([...own.values()])
}

/** The file, or as text why the row cannot be used. A file we cannot read whole must not look backed up (G9). */
function readFileRow(row: unknown, projectId: number): ProjectFile | string {
  if (!isRow(row)) return 'is not an object'
  const { name, content, isLibrary } = row
  if (isLibrary !== undefined && isLibrary !== null && isLibrary !== false)
    return 'does not say whether it is a library file'
  if (row.projectId !== undefined && row.projectId !== null && readId(row.projectId) !== projectId) {
    return 'belongs to another project'
  }
  if (typeof name !== 'string' || name === '') return 'has no name'
  if (typeof content !== 'string') return 'has no content'
  return {
    name,
    content,
    modified: readDate(row.modified) ?? { unknown: 'modified of the file is missing or not a date' },
  }
}
