/** Chromium for tests of pages: Debian's, or the one CHROMIUM names. Without one, such tests are skipped with a line that says so. */

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where a browser is, or null. */
export function findBrowser(): string | null {
  const found = PLACES.find((place) => place !== undefined && existsSync(place)) ?? null
  if (found === null)
    console.warn('No Chromium on this machine: tests of pages are skipped. Install it, or name one in CHROMIUM.')
  return found
}

export function launch(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
  return chromium.launch({ executablePath, args: [...args, '--disable-component-update', '--disable-sync'] })
}
