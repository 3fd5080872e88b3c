/** The least a route can do: what the doors for machines are compared with. */

import { Hono } from 'hono/tiny'

const app = new Hono()
app.post('/hooks', (c) => c.json({ run: '20261124-100000-1f3a9c', url: 'https://leansweep.example/' }, 202))

export default app
