// Drawing: once a frame at most, from what is in memory; nothing is asked of the server while something moves.
const LENS_ZOOM = 2.5

function refresh(view) {
  if (view.frame) return
  view.frame = requestAnimationFrame(() => {
    view.frame = 0
    keepOnFilm(view)
    rememberMiddle(view)
    for (const panel of view.panels) {
      drawPanel(view, panel)
      drawOver(view, panel)
    }
    showState(view)
    thinkOfDetail(view)
  })
}

function drawPanel(view, panel) {
  const ratio = window.devicePixelRatio || 1
  const { canvas, width, height } = panel
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== across || canvas.height !== down) Object.assign(canvas, { width: across, height: down })
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = view.invert ? "#fff" : "#000"
  context.fillRect(0, 0, width, height)
  const draw = (magnify) => drawContents(view, panel, context, ratio, magnify)
  draw(null)
  if (view.lens) drawLens(view, panel, context, draw)
  const pictures = panel.contents.map((pane) => pictureOf(view, pane, "picture"))
  panel.element.classList.toggle("empty", !pictures.every(Boolean))
  const density = ({ columns, width }) => (columns / width).toFixed(2) // sent pixels per pixel of the film
  panel.element.dataset.pictures = pictures.map((picture) => picture?.id).join(" ")
  panel.element.dataset.heats = panel.contents.map((pane) => pictureOf(view, pane, "heat")?.id ?? "").join(" ").trim()
  panel.element.dataset.detail = pictures.map((picture) => density(picture?.tile ?? picture ?? {})).join(" ")
}

// One film, or the one before and right of the divider the one after.
function drawContents(view, panel, context, ratio, magnify) {
  panel.contents.forEach((pane, side) => {
    context.save()
    if (side) {
      context.beginPath()
      context.rect(panel.width * view.divider, 0, panel.width, panel.height)
      context.clip()
      context.fillRect(0, 0, panel.width, panel.height)
    }
    drawFilm(view, context, ratio, pane, magnify ? magnify(placed(view, panel, pane)) : placed(view, panel, pane))
    context.restore()
  })
}

function drawFilm(view, context, ratio, pane, place) {
  const picture = pictureOf(view, pane, "picture")
  if (!picture) return
  const { scale, way } = place
  const [left, top] = [place.width / 2 - way * place.x * scale, place.height / 2 - place.y * scale]
  context.setTransform(ratio * scale * way, 0, 0, ratio * scale, ratio * left, ratio * top)
  context.imageSmoothingQuality = scale < 1 ? "high" : "low" // magnified pixels keep their own levels
  const range = windowOf(view, picture)
  context.drawImage(painted(picture, picture.bits, range, view.invert), 0, 0, pane.width, pane.height)
  const { tile } = picture
  if (tile)
    context.drawImage(painted(tile, picture.bits, range, view.invert), tile.x, tile.y, tile.width, tile.height)
  const heat = view.heat && pictureOf(view, pane, "heat")
  if (heat) context.drawImage(paintedHeat(view, heat), 0, 0, pane.width, pane.height)
}

function lensRadius(panel) {
  return Math.min(110, 0.3 * Math.min(panel.width, panel.height))
}

// A place seen through the lens: what is under the pointer stays under it.
function throughLens(view, panel) {
  const at = [view.pointer[0] * panel.width, view.pointer[1] * panel.height]
  return (place) => {
    const [x, y] = toFilm(place, at)
    const scale = place.scale * LENS_ZOOM
    return {
      ...place, scale,
      x: x - (place.way * (at[0] - place.width / 2)) / scale,
      y: y - (at[1] - place.height / 2) / scale,
    }
  }
}

function drawLens(view, panel, context, draw) {
  const [x, y] = [view.pointer[0] * panel.width, view.pointer[1] * panel.height]
  const radius = lensRadius(panel)
  context.save()
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.save()
  context.clip()
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius)
  draw(throughLens(view, panel))
  context.restore()
  context.strokeStyle = "#7cc4f0"
  context.lineWidth = 1.5
  context.stroke()
  context.restore()
}
