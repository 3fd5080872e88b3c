/// <reference types="vite/types/importMeta.d.ts" />

import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMeter } from '../../src/quantconnect/meter.ts'
import { createTransport, READ_ENDPOINTS } from '../../src/quantconnect/transport.ts'
import { BASE, fakeApi, json, projectRow, TOKEN } from './fake-api.ts'

afterEach(() => vi.unstubAllGlobals())

describe('no other way to a mutating endpoint', () => {
  const sources = import.meta.glob<string>('../../src/**/*.ts', { query: '?raw', import: 'default', eager: true })
  const files = Object.entries(sources).map(([path, text]) => ({ path: path.replace('../../src/', ''), text }))

  /** Files whose code (comments left out) mentions a word. */
  function mentioning(word: RegExp): string[] {
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
    return files.filter(({ text }) => word.test(code(text))).map(({ path }) => path)
  }

  it('only the gate may issue permits', () => {
    const files = mentioning(/\bissuePermit\b/)
    expect(files).toContain('quantconnect/permit.ts')
    expect(files.filter((path) => path !== 'quantconnect/permit.ts' && path !== 'workspace/running/gate.ts')).toEqual(
      [],
    )
  })

  it('nobody takes the permit module whole, hands it on or loads it later, which would hide who issues permits', () => {
    expect(mentioning(/(import\s*\*[^'"]*|export[^'"]*from\s*|import\s*\(\s*)['"][^'"]*permit(\.ts)?['"]/)).toEqual([])
  })

  it('only the transport spends permits', () => {
    expect(mentioning(/\bspendPermit\b/).sort()).toEqual(['quantconnect/permit.ts', 'quantconnect/transport.ts'])
  })

  it('only the transport makes requests', () => {
    const files = mentioning(/\bfetch\b|\bXMLHttpRequest\b|\bWebSocket\b|cloudflare:sockets/)
    expect(files.filter((path) => path.startsWith('quantconnect/'))).toEqual(['quantconnect/transport.ts'])
  })

  it('on the wire: whatever is called with whatever, nothing but reads is sent', async () => {
    const wire = new Set<string>()
    vi.stubGlobal('fetch', async (input: string) => wire.add(`global ${input}`))
    const api = fakeApi(({ path, headers }) => {
      if (headers.has('Authorization')) wire.add(path)
      return json({ success: true, projects: [projectRow()], files: [], backtests: [], live: [] })
    })
    const options = { baseUrl: BASE, userId: '123', token: TOKEN }
    const endpoints = ['projects/delete', 'projects/update', 'files/create']
    const things = [
      createTransport(options, api.deps),
      api.client,
      api.deps,
      options,
      { ...options, baseUrl: `${BASE}/projects/delete?` },
      createMeter(1_000_000),
      ...endpoints,
      ...endpoints.map((endpoint) => ({
        endpoint,
        path: endpoint,
        projectId: 7,
        name: 'a',
        language: 'Py',
        content: 'c',
      })),
      { start: 1_000, seam: { id: 23456789, modified: null }, total: null },
      7,
      null,
    ]
    const meter = createMeter(1_000_000)
    let calls = 0

    /** Calls a function with every thing and every pair of things, and then all methods of what it gives. */
    function callWithAll(called: unknown, deep: boolean): void {
      if (typeof called !== 'function') return
      for (const first of things) {
        for (const given of [[first], [first, meter], ...things.map((second) => [first, second, meter])]) {
          calls += 1
          try {
            const made: unknown = called(...given)
            if (made instanceof Promise) made.catch(() => undefined)
            else if (deep) for (const method of Object.values(made ?? {})) callWithAll(method, false)
          } catch {
            // misuse throws, which is right
          }
        }
      }
    }

    const modules = import.meta.glob<Record<string, unknown>>('../../src/quantconnect/*.ts', { eager: true })
    for (const exported of Object.values(modules)) for (const one of Object.values(exported)) callWithAll(one, true)
    while (meter.used < (await scheduler.wait(20).then(() => meter.used))) {
      // requests are still on their way
    }

    expect(calls).toBeGreaterThan(10_000)
    expect(wire).toEqual(new Set(READ_ENDPOINTS))
  })
})
