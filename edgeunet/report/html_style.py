"""How the HTML report looks, in light and in dark; no font, image or script is fetched from anywhere."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2330; --soft: #5b6575; --line: #dfe3ea; --grid: #e6e9ef; --head: #f0f2f6;
  --good: #1f7a4d; --bad: #c02b3c; --bad-back: #fdecee; --bar: #c9dbf2;
  --c0: #2f6db3; --c1: #d1495b; --c2: #2a8f5b; --c3: #a97708; --c4: #1c8ca6; --c5: #8d4aa5; --c6: #5f6b7a; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161d; --card: #1a2029; --ink: #e6eaf1; --soft: #9aa6b8; --line: #2c3542; --grid: #28303c; --head: #212934;
  --good: #5fd39b; --bad: #ff8a95; --bad-back: #3a2228; --bar: #2f4a6b;
  --c0: #7eb3ff; --c1: #ff8a95; --c2: #5fd39b; --c3: #e5c158; --c4: #6fd3ea; --c5: #d59be0; --c6: #a9b4c3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 20px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 12px; }
p { margin: 10px 0 0; } .soft { color: var(--soft); } .small { font-size: 13px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
  margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 14px 22px; }
.tile b { display: block; font-size: 24px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile b.bad { color: var(--bad); } .tile span { color: var(--soft); font-size: 13px; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 12px 24px; }
figure { margin: 8px 0 0; max-width: 600px; }
figure.wide { grid-column: 1 / -1; max-width: none; overflow-x: auto; }
figure.wide svg { min-width: 760px; } figcaption { font-weight: 600; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, -apple-system, "Segoe UI", Arial, sans-serif; }
svg text { fill: var(--soft); } svg text.name { fill: var(--ink); font-weight: 600;
  paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--soft); } svg .path { stroke-dasharray: 3 4; opacity: .6; }
svg .mark { stroke: var(--card); stroke-width: 1.5; }
svg .extent { opacity: .55; stroke: var(--card); stroke-width: 1; } svg .peak { fill: var(--bar); opacity: .6; }
svg text.within { fill: var(--ink); font-size: 11px; pointer-events: none; }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0 16px; padding: 0; list-style: none;
  font-size: 13px; }
.key svg { width: 14px; height: 14px; display: inline-block; vertical-align: -2px; margin-right: 6px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th { background: var(--head); color: var(--soft); font-weight: 600; text-align: right; vertical-align: bottom; }
th, td { padding: 6px 8px; border-bottom: 1px solid var(--line); }
td { text-align: right; white-space: nowrap; } tbody tr:last-child td { border-bottom: 0; }
td.name, th.name { text-align: left; } td.wide { white-space: normal; text-align: left; }
td.good { color: var(--good); font-weight: 600; } td.bad { color: var(--bad); background: var(--bad-back);
  font-weight: 700; }
td.share { min-width: 150px; background: linear-gradient(var(--bar), var(--bar)) no-repeat left center; }
code { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
details { margin-top: 8px; } summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
summary span { font-weight: 400; }
ul.files { margin: 6px 0 0; padding-left: 20px; }
@media print { body { background: none; } section { break-inside: avoid; } }
"""
