import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, newWorld } from './client.ts'
import { type Sandbox, startSandbox } from './server.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function worldWith(...workspace: object[]): Promise<Client> {
  const client = newWorld(sandbox.url)
  await client.control('reset', { workspace })
  return client
}

const projectId = 5

function withFiles(...files: object[]): Promise<Client> {
  return worldWith({ projectId, name: 'p', modified: Date.UTC(2026, 0, 1), files })
}

async function contents(client: Client): Promise<Record<string, string>> {
  const { files } = (await client.post('files/read', { projectId })).body
  return Object.fromEntries(files.map((file: { name: string; content: string }) => [file.name, file.content]))
}

describe('files/read', () => {
  it('shows files in the shape of §2.8', async () => {
    const client = await withFiles({ name: 'dir/a.py', content: 'x/y', modified: '2025-11-10 13:00:06' })
    const { text, body } = await client.post('files/read', { projectId })
    expect(text).toContain('"content":"x\\/y"')
    expect(body).toEqual({
      success: true,
      errors: [],
      files: [
        {
          id: expect.any(Number),
          projectId,
          name: 'dir/a.py',
          content: 'x/y',
          modified: '2025-11-10 13:00:06',
          open: false,
          isLibrary: false,
        },
      ],
    })
  })

  it('gives one file by name, and carries errorCode 1001 when it is not there', async () => {
    const client = await withFiles({ name: 'a.py', content: '1' }, { name: 'b.py', content: '2' })
    expect((await client.get('files/read', 'projectId=5&name=b.py')).body.files).toHaveLength(1)
    const { status, body } = await client.post('files/read', { projectId, name: 'main.py' })
    expect(status).toBe(200)
    expect(body).toEqual({ errors: ['File not found: main.py'], errorCode: 1001, success: false })
  })

  it('adds the files of libraries when asked, marked as such', async () => {
    const library = { projectId: 6, name: 'Library/l', files: [{ name: 'l.py', content: 'l' }] }
    const client = await worldWith({ projectId, name: 'p', libraries: [6] }, library)
    expect((await client.post('files/read', { projectId })).body.files).toHaveLength(1)
    const { files } = (await client.post('files/read', { projectId, includeLibraries: true })).body
    expect(files.map((file: { name: string; isLibrary: boolean }) => [file.name, file.isLibrary])).toEqual([
      ['main.py', false],
      ['l.py', true],
    ])
  })
})

describe('files/create, update and delete', () => {
  it('creates a file and moves modified of the project where saving does', async () => {
    const client = await withFiles()
    await client.control('switches', { fileMoves: 'yes' })
    await client.control('clock', { now: '2026-03-01T00:00:00Z', hold: true })
    const { body } = await client.post('files/create', { projectId, name: 'a.py', content: 'x' })
    expect(body).toMatchObject({ success: true, files: [{ name: 'a.py', modified: '2026-03-01 00:00:00' }] })
    expect((await client.post('projects/read', { projectId })).body.projects[0].modified).toBe('2026-03-01 00:00:00')
  })

  it('refuses a file that exists and content that is empty, but not content left out (§2.8)', async () => {
    const client = await withFiles({ name: 'main.py', content: 'x' })
    const exists = await client.post('files/create', { projectId, name: 'main.py', content: 'y' })
    expect(exists.body).toEqual({ errors: ['File already exist in this project'], success: false })
    const empty = await client.post('files/create', { projectId, name: 'a.py', content: '' })
    expect(empty.body).toEqual({ errors: ['File content not valid. content: '], success: false })
    expect((await client.post('files/create', { projectId, name: 'a.py' })).body.success).toBe(true)
    expect((await client.post('files/update', { projectId, name: 'main.py', content: '' })).body.success).toBe(false)
    expect(await contents(client)).toEqual({ 'main.py': 'x', 'a.py': '' })
  })

  it('changes content, renames, and does neither for a file that is not there', async () => {
    const client = await withFiles({ name: 'a.py', content: 'x' }, { name: 'b.py', content: 'y' })
    await client.post('files/update', { projectId, name: 'a.py', content: 'z' })
    expect((await client.post('files/update', { projectId, name: 'a.py', newName: 'c.py' })).text).toBe(
      '{"success":true}',
    )
    expect(await contents(client)).toEqual({ 'c.py': 'z', 'b.py': 'y' })
    expect((await client.post('files/update', { projectId, name: 'c.py', newName: 'b.py' })).body.success).toBe(false)
    expect((await client.post('files/update', { projectId, name: 'c.py' })).body.success).toBe(false)
    const gone = await client.post('files/update', { projectId, name: 'a.py', content: 'z' })
    expect(gone.body).toEqual({ errors: ['File not found: a.py'], errorCode: 1001, success: false })
  })

  it('deletes, the last file too', async () => {
    const client = await withFiles({ name: 'a.py', content: 'x' })
    expect((await client.post('files/delete', { projectId, name: 'a.py' })).text).toBe('{"success":true}')
    expect(await contents(client)).toEqual({})
    expect((await client.post('files/delete', { projectId, name: 'a.py' })).body.success).toBe(false)
  })
})

describe('files/patch', () => {
  const recorded = `diff --git a/main.py b/main.py
index 1111111..2222222 100644
--- a/main.py
+++ b/main.py
@@ -1,3 +1,4 @@
 one
-two
+zwei
 three
+four
`

  it('applies a git diff', async () => {
    const client = await withFiles({ name: 'main.py', content: 'one\ntwo\nthree\nlast\n' })
    expect((await client.post('files/patch', { projectId, patch: recorded })).text).toBe('{"success":true}')
    expect(await contents(client)).toEqual({ 'main.py': 'one\nzwei\nthree\nfour\nlast\n' })
  })

  it('makes and removes files', async () => {
    const client = await withFiles({ name: 'old.py', content: 'x\n' })
    const patch = `diff --git a/new.py b/new.py
new file mode 100644
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+a
+b
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-x
`
    expect((await client.post('files/patch', { projectId, patch })).body.success).toBe(true)
    expect(await contents(client)).toEqual({ 'new.py': 'a\nb\n' })
  })

  it('minds a missing newline at the end of a file', async () => {
    const client = await withFiles({ name: 'main.py', content: 'one\ntwo' })
    const head = 'diff --git a/main.py b/main.py\n--- a/main.py\n+++ b/main.py\n@@ -2 +2 @@\n'
    const patch = `${head}-two\n\\ No newline at end of file\n+zwei\n`
    expect((await client.post('files/patch', { projectId, patch })).body.success).toBe(true)
    expect(await contents(client)).toEqual({ 'main.py': 'one\nzwei\n' })
  })

  it('refuses what does not fit, and what is no patch, and changes nothing', async () => {
    const client = await withFiles({ name: 'main.py', content: 'something else\n' })
    for (const patch of [recorded, ' ', 'hello', 'diff --git a/x b/x\n']) {
      expect((await client.post('files/patch', { projectId, patch })).body).toEqual({
        errors: ['Invalid patch'],
        success: false,
      })
    }
    expect(await contents(client)).toEqual({ 'main.py': 'something else\n' })
  })
})
