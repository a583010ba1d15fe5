"""How a portfolio's page looks: one sheet that loads nothing, for light and dark, a phone, a desk and paper."""

STYLE = """
:root {
  --ground: #fbfaf7; --card: #ffffff; --ink: #1d2329; --soft: #57606a; --line: #e2e0da;
  --accent: #0b6e63; --accent-ground: #e3f2ef; --warm: #8a5200; --warm-ground: #fbf0dc;
  --picture: invert(1) hue-rotate(180deg) brightness(1.2);
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --card: #1d2126; --ink: #eceff2; --soft: #a8b1ba; --line: #333a42;
    --accent: #5fd3c0; --accent-ground: #123832; --warm: #f0b860; --warm-ground: #3a2c12;
    --picture: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 64rem; padding: 3.5rem 1.5rem 2rem; background: var(--ground); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(2rem, 7vw, 3.1rem); }
h2 { font-size: 1.5rem; margin: 3.5rem 0 1.1rem; }
h3 { font-size: 1.2rem; }
h4 { font-size: 1rem; }
a { color: var(--accent); text-underline-offset: 0.18em; overflow-wrap: anywhere; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font: 0.9em ui-monospace, "Cascadia Code", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.kicker {
  color: var(--accent); font-size: 0.85rem; font-weight: 650; letter-spacing: 0.09em; text-transform: uppercase;
  margin-bottom: 0.5rem;
}
.written { margin-top: 0.9rem; overflow-wrap: anywhere; }
ul.written { padding-inline-start: 1.3rem; }
header > .written { font-size: 1.15rem; max-width: 44rem; }
article > .written, .steps, section > p { max-width: 44rem; }
.links, .tiles, .mastery { list-style: none; padding: 0; }
.links { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; margin-top: 1.1rem; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 0.75rem; margin-top: 2rem; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 0.9rem 1rem; }
.tiles strong { display: block; font-size: 1.9rem; line-height: 1.15; color: var(--accent); }
.tiles span { color: var(--soft); font-size: 0.9rem; line-height: 1.35; display: block; }
article {
  background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; padding: 1.5rem; margin-top: 1.25rem;
}
.title { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; justify-content: space-between; align-items: baseline; }
.tags { display: flex; flex-wrap: wrap; gap: 0.4rem; font-size: 0.85rem; }
.tags span { border: 1px solid var(--line); border-radius: 1rem; padding: 0.1rem 0.65rem; color: var(--soft); }
.tags .done { color: var(--accent); background: var(--accent-ground); border-color: transparent; font-weight: 600; }
.tags .tried { color: var(--warm); background: var(--warm-ground); border-color: transparent; font-weight: 600; }
.figures { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; margin-top: 1.1rem; align-items: baseline; }
.figures dt { color: var(--soft); font-size: 0.85rem; }
.figures dd { font-weight: 600; }
.figures div:first-child dd { font-size: 1.7rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.figures div:last-child dd { font-weight: 400; }
figure { border: 1px solid var(--line); border-radius: 0.6rem; overflow: hidden; }
img { display: block; width: 100%; height: auto; filter: var(--picture); }
figcaption { color: var(--soft); font-size: 0.85rem; padding: 0.45rem 0.8rem; border-top: 1px solid var(--line); }
.learned { border-inline-start: 3px solid var(--accent); padding-inline-start: 1rem; }
.learned h4:not(:first-child) { margin-top: 0.9rem; }
.learned p { margin-top: 0.25rem; }
.facts { margin-top: 1.1rem; padding-top: 0.9rem; border-top: 1px solid var(--line); font-size: 0.875rem; }
.facts div { display: grid; grid-template-columns: 6rem 1fr; gap: 0.75rem; padding: 0.15rem 0; }
.facts dt { color: var(--soft); }
.facts dd { min-width: 0; overflow-wrap: anywhere; }
.mastery { margin-top: 1rem; }
.mastery li {
  display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr 4.5rem; gap: 0.3rem 1rem; align-items: center;
  padding: 0.3rem 0;
}
.mastery li > span:last-child { color: var(--soft); font-size: 0.9rem; text-align: end; white-space: nowrap; }
.bar { height: 0.6rem; border-radius: 0.3rem; background: var(--line); overflow: hidden; }
.bar span { display: block; height: 100%; background: var(--accent); }
.steps { padding: 0; list-style: none; }
.steps li { padding: 0.75rem 0; border-top: 1px solid var(--line); }
.steps h3 { font-size: 1.05rem; letter-spacing: 0; }
.steps p { color: var(--soft); margin: 0.1rem 0 0 1.5rem; overflow-wrap: anywhere; }
.steps .done { color: var(--accent); }
.steps .tried { color: var(--warm); }
.own { font-size: 0.875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { margin-top: 3.5rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
footer p { color: var(--soft); font-size: 0.875rem; }
.run { display: grid; gap: 1.25rem 1.75rem; margin-top: 1.1rem; align-items: start; }
.run > div > :first-child { margin-top: 0; }
.run > div > .facts:first-child { padding-top: 0; border-top: 0; }
summary { cursor: pointer; }
details[open] summary { margin-bottom: 0.3rem; }
@media (min-width: 56rem), print {
  .run:has(figure) { grid-template-columns: 1fr 1fr; }
}
@media (max-width: 32rem) {
  body { padding: 2rem 1rem 1.5rem; font-size: 1rem; }
  header > .written { font-size: 1.05rem; }
  .tiles { gap: 0.5rem; }
  .tiles li { padding: 0.7rem; }
  .tiles strong { font-size: 1.6rem; }
  .tiles span { font-size: 0.8rem; }
  article { padding: 1.1rem; }
  .mastery li { grid-template-columns: 1fr auto; }
  .mastery .bar { grid-row: 2; grid-column: 1 / -1; }
  .facts div { grid-template-columns: 1fr; gap: 0; padding: 0.25rem 0; }
}
@page { margin: 1.6cm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; background: #fff; }
  h2 { margin-top: 1.6rem; }
  h2, h3, h4, .title { break-after: avoid; }
  article, figure, .steps li, .tiles, .learned { break-inside: avoid; }
  article { padding: 0.9rem; }
  summary { list-style: none; }
  .tiles li, article, figure, .bar, .tags span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
"""Light, dark and on paper. The curves are drawn for a dark ground: on a light one their brightness is turned round,
which leaves their hues.
"""
