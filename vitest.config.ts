import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

/** Tests that need Node: the sandbox, the commands, browsers, files, and what runs anywhere. */
const inNode = [
  'test/sandbox/**/*.test.ts',
  'test/cli/**/*.test.ts',
  'test/config/**/*.test.ts',
  'test/core/**/*.test.ts',
  'test/pages/**/*.test.ts',
  'test/process/**/*.test.ts',
  'test/architecture/**/*.test.ts',
  'test/mutations/**/*.test.ts',
  'test/http/openapi/**/*.test.ts',
]

export default defineConfig({
  test: {
    // Test files mostly wait for workerd or a server; one at a time takes twice as long on two cores.
    maxWorkers: 3,
    projects: [
      { test: { name: 'node', include: inNode, testTimeout: 120_000 } },
      {
        plugins: [cloudflareTest({ main: './test/support/worker.ts', wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'workers',
          include: ['test/**/*.test.ts'],
          // `npm run bench -- --storage` runs one row after the other.
          exclude: process.env.STORAGE_ROW === undefined ? [...inNode, 'test/workspace/storage-row.test.ts'] : inNode,
          globalSetup: ['sandbox', 'standins', 'receiver', 'chaos', 'soak'].map(
            (name) => `./test/support/node/${name}.ts`,
          ),
          testTimeout: 120_000,
          // Tests of faults and of killed processes mostly wait.
          maxConcurrency: 24,
        },
      },
    ],
  },
})
