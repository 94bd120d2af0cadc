// What is drawn over the films: scale bar, ruler, the rectangle to be read, the colour bar and the figures in the corner.
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
const ABOUT_ONE_SCALE = Math.log(1.25)

function drawOver(view, panel) {
  if (!panel.width) return
  const pane = panel.contents[0]
  const place = placed(view, panel, pane)
  placeMarks(view, panel)
  showDivider(view, panel)
  drawScale(view, panel, pane)
  drawLines(view, panel)
  const picture = pictureOf(view, pane, "picture")
  const magnified = picture ? place.scale : 1
  panel.readout.textContent = picture ? `${WORDS.window(...windowOf(view, picture))} · ${WORDS.zoom(magnified)}` : ""
  drawColours(view, panel)
  // What lies over the films leaves the lens free.
  const [x, y] = [view.pointer[0] * panel.width, view.pointer[1] * panel.height]
  const mask = view.lens ? `radial-gradient(circle ${lensRadius(panel)}px at ${x}px ${y}px, transparent 99%, #000)` : ""
  for (const layer of [panel.marks, panel.lines]) layer.style.maskImage = mask
  panel.element.classList.toggle("roams", roams(view) || view.tool !== "move" || view.lens)
  panel.element.dataset.tool = view.tool
  panel.element.dataset.place = [place.x, place.y, place.scale].map((value) => value.toFixed(4)).join(" ")
}

// Films of about one scale, side by side, have bars of one length: that of the pane with the least room.
function drawScale(view, panel, pane) {
  const bars = view.panels.filter((one) => one.width && one.contents.length).map((one) => barOf(view, one))
  const { perUnit, unit } = barOf(view, panel)
  const alike = bars.filter((bar) => bar.unit === unit && Math.abs(Math.log(bar.perUnit / perUnit)) < ABOUT_ONE_SCALE)
  const length = Math.min(...alike.map((bar) => bar.length))
  panel.scale.style.width = `${length * perUnit}px`
  panel.scale.firstElementChild.textContent = pane.spacing ? `${length} mm` : WORDS.pixels(length)
}

function barOf(view, panel) {
  const pane = panel.contents[0]
  const perUnit = placed(view, panel, pane).scale / (pane.spacing ?? 1)
  const most = Math.min(140, panel.width * 0.35)
  return { perUnit, unit: pane.spacing ? "mm" : "px", length: ROUND.filter((one) => one * perUnit <= most).pop() ?? ROUND[0] }
}

function drawLines(view, panel) {
  const parts = []
  for (const line of [view.ruler, view.rectangle]) {
    const pane = line && panel.contents.find((one) => one.film === line.film)
    if (!pane || (line === view.rectangle && view.panes.indexOf(pane) !== line.pane)) continue
    const place = placed(view, panel, pane)
    const [a, b] = [toScreen(place, line.from), toScreen(place, line.to)]
    parts.push(line === view.ruler ? rulerLine(a, b, distance(line, pane), panel.width) : rectangleLine(a, b))
  }
  const drawn = parts.join("")
  if (panel.drawn !== drawn) panel.lines.innerHTML = panel.drawn = drawn
}

// The length stands above the line, within the pane.
function rulerLine([ax, ay], [bx, by], text, width) {
  const length = Math.hypot(bx - ax, by - ay) || 1
  const [nx, ny] = [((by - ay) / length) * 6, ((ax - bx) / length) * 6]
  const ends = [[ax, ay], [bx, by]].map(([x, y]) => `M${x - nx} ${y - ny}L${x + nx} ${y + ny}`)
  const path = `M${ax} ${ay}L${bx} ${by}${ends.join("")}`
  const half = 4 + text.length * 3.6
  const x = Math.max(half, Math.min(width - half, (ax + bx) / 2))
  const y = Math.max(30, Math.min(ay, by) - 10)
  return `<path class="shade" d="${path}"/><path d="${path}"/><text x="${x}" y="${y}" text-anchor="middle">${text}</text>`
}

function rectangleLine([ax, ay], [bx, by]) {
  const box = `x="${Math.min(ax, bx)}" y="${Math.min(ay, by)}" width="${Math.abs(bx - ax)}" height="${Math.abs(by - ay)}"`
  return `<rect class="shade" ${box}/><rect class="dashed" ${box}/>`
}

function distance({ from, to }, pane) {
  const pixels = Math.hypot(to[0] - from[0], to[1] - from[1])
  return pane.spacing ? WORDS.millimetres(pixels * pane.spacing) : WORDS.pixels(pixels)
}

function drawColours(view, panel) {
  const heat = view.heat && panel.contents.find((pane) => pane.heat)
  panel.colours.hidden = !heat
  if (heat) panel.colours.querySelector(".kind").textContent = heat.colours || WORDS.relative
  const key = `${view.threshold} ${view.opacity}`
  if (!heat || panel.coloured === key) return
  panel.coloured = key
  const context = panel.colours.querySelector("canvas").getContext("2d")
  for (let level = 0; level < 256; level++) {
    const [red, green, blue] = view.colours.subarray(level * 3, level * 3 + 3)
    context.fillStyle = level / 255 < view.threshold ? "#000" : `rgb(${red} ${green} ${blue})`
    context.fillRect(0, 255 - level, 1, 1)
  }
}

// A rectangle is sent as a box of its pane's film; a mere point as a box without size.
function sendRegion(view) {
  const { pane, from, to } = view.rectangle
  const [x, y] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])]
  view.send("region", { pane, box: [x, y, Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])] })
}
