/** The bundler hands `.toml` files over as text (see `rules` in wrangler.toml). */
declare module '*.toml' {
  const text: string
  export default text
}
