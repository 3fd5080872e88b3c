/** How the pages look: one small sheet, light and dark, for a telephone as for a large screen, and no script anywhere. */

export const STYLE = `
:root {
  color-scheme: light dark;
  font: 16px/1.5 system-ui, sans-serif;
  --text: #1c2024; --quiet: #5d6570; --line: #d9dde2; --paper: #fff; --card: #f6f7f9; --link: #0b5cad;
  --good: #18794e; --warn: #a04800; --bad: #b4232a; --button: #0b5cad; --on-button: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8eaed; --quiet: #a2abb6; --line: #363c44; --paper: #15181c; --card: #1e2227; --link: #7db8ff;
    --good: #4cc38a; --warn: #ffa94d; --bad: #ff8a8f; --button: #7db8ff; --on-button: #0d1520;
  }
}
* { box-sizing: border-box }
body { background: var(--paper); color: var(--text); margin: 0 auto; max-width: 72rem; padding: 0 1rem 3rem }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px }
.skip { position: absolute; left: -100vw } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .3rem .6rem }
nav { border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: .8rem 0 }
nav a { text-decoration: none } nav a:hover { text-decoration: underline } nav .name { color: var(--text); font-weight: 650 }
nav [aria-current] { color: var(--text); border-bottom: 2px solid var(--link) }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.4rem 0 .6rem; overflow-wrap: anywhere }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem }
p, ul, ol, dl { margin: .5rem 0; max-width: 46rem }
.quiet { color: var(--quiet) } .small { font-size: .875rem }
.banner, .card { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--quiet); border-radius: .3rem; margin: 1rem 0; padding: .7rem 1rem }
.banner.warn, .card.warn { border-left-color: var(--warn) } .banner.bad { border-left-color: var(--bad) } .card.good { border-left-color: var(--good) }
.banner > :first-child, .card > :first-child { margin-top: 0 } .banner > :last-child, .card > :last-child { margin-bottom: 0 }
.scroll { overflow-x: auto; margin: .5rem 0 1.5rem }
table { border-collapse: collapse; width: 100% }
caption { font-size: 1.2rem; font-weight: 650; padding: 1rem 0 .4rem; text-align: left } caption .quiet { font-size: 1rem; font-weight: 400 }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .8rem .4rem 0; text-align: left; vertical-align: top }
th { color: var(--quiet); font-size: .875rem; font-weight: 500 } tbody th { color: var(--text); font-size: 1rem; font-weight: 400 }
td, tbody th { min-width: 6rem; overflow-wrap: anywhere }
code, .mono { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
dl.facts { display: grid; gap: .2rem 1.2rem; grid-template-columns: max-content 1fr } dl.facts dt { color: var(--quiet) } dl.facts dd { margin: 0; overflow-wrap: anywhere }
.ok, .done, .good { color: var(--good) } .partial, .waiting, .blocked, .changed, .protected, .unsure, .warn { color: var(--warn) }
.failed, .refused, .bad { color: var(--bad) } .status { font-weight: 650 }
.banner, .card { color: var(--text) }
.actions { display: flex; flex-wrap: wrap; gap: 0 1rem } form { margin: .8rem 0 } form.row { align-items: end; display: flex; flex-wrap: wrap; gap: .6rem 1rem }
form.row p { margin: 0 } label { display: block; font-size: .875rem; color: var(--quiet) }
input, button { background: var(--paper); border: 1px solid var(--quiet); border-radius: .3rem; color: var(--text); font: inherit; min-height: 2.6rem; padding: .3rem .8rem }
td form { margin: 0 }
a.button { background: var(--button); border-radius: .3rem; color: var(--on-button); font-weight: 600; padding: .55rem .8rem; text-align: center; text-decoration: none }
button { background: var(--button); border-color: var(--button); color: var(--on-button); cursor: pointer; font-weight: 600 }
button.plain { background: none; color: var(--link) } button.danger { background: var(--bad); border-color: var(--bad); color: var(--paper) }
.numbers { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; max-width: none; padding: 0 }
.numbers li { background: var(--card); border: 1px solid var(--line); border-radius: .3rem; min-width: 5.5rem; padding: .3rem .7rem }
.numbers b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums; line-height: 1.3 }
footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: .875rem; margin-top: 3rem; padding-top: .6rem }
@media (max-width: 40rem) {
  dl.facts { grid-template-columns: 1fr } dl.facts dd { margin-bottom: .4rem }
  th, td { padding-right: .5rem } td, tbody th { min-width: 5rem }
  button, a.button { width: 100% } form.row > * { flex: 1 1 100% } input { width: 100% }
}
`
