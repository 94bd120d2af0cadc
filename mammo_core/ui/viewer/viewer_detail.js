// Detail of what is zoomed into: asked of the server when the view has come to rest, one request at a time; an answer
// that a newer request has overtaken is dropped.
const REST_MS = 120
const PATIENCE_MS = 10000
const MOST_PX = 2400

function thinkOfDetail(view) {
  clearTimeout(view.rest)
  view.rest = setTimeout(() => askForDetail(view), REST_MS)
}

function askForDetail(view) {
  const wants = wanted(view)
  if (!wants.length || view.request) return
  view.request = ++view.requests
  view.root.classList.add("fetching")
  view.send("detail", { number: view.request, wants })
  view.patience = setTimeout(() => endRequest(view), PATIENCE_MS)
}

// For each picture that is shown in less detail than the screen has: the part in sight, with some air around it.
function wanted(view) {
  const wants = new Map()
  for (const panel of view.panels)
    for (const pane of panel.contents) {
      const picture = pictureOf(view, pane, "picture")
      if (!picture || !panel.width || picture.id !== pane.picture) continue
      const { box } = inSight(view, panel, pane, 0)
      const want = inSight(view, panel, pane, view.lens ? 0.6 : 0.2)
      const density = Math.min(want.density, MOST_PX / Math.max(...want.box.slice(2), 1))
      if (!box[2] || !box[3] || density <= (picture.columns / picture.width) * 1.15) continue
      if (!covers(picture.tile, box, density))
        wants.set(picture.id, { picture: picture.id, box: want.box, side: Math.ceil(Math.max(...want.box.slice(2)) * density) })
    }
  return [...wants.values()]
}

function inSight(view, panel, pane, air) {
  let place = placed(view, panel, pane)
  let [from, to] = [[0, 0], [panel.width, panel.height]]
  if (view.lens) {
    place = throughLens(view, panel)(place)
    const [x, y] = [view.pointer[0] * panel.width, view.pointer[1] * panel.height]
    const radius = lensRadius(panel)
    ;[from, to] = [[x - radius, y - radius], [x + radius, y + radius]]
  }
  const [dx, dy] = [(to[0] - from[0]) * air, (to[1] - from[1]) * air]
  const box = filmBetween(place, pane, [from[0] - dx, from[1] - dy], [to[0] + dx, to[1] + dy])
  return { box, density: Math.min(1, place.scale * (window.devicePixelRatio || 1)) }
}

function covers(tile, [x, y, width, height], density) {
  if (!tile) return false
  const around = tile.x <= x + 1 && tile.y <= y + 1
  const beyond = tile.x + tile.width >= x + width - 1 && tile.y + tile.height >= y + height - 1
  return around && beyond && tile.columns / tile.width >= 0.8 * density
}

function takeDetail(view, detail) {
  if (!detail || detail.number !== view.request) return
  const fresh = detail.tiles.filter(({ picture }) => view.store.has(picture))
  Promise.all(
    fresh.map(async (packed) => {
      const { data, picture, ...tile } = packed
      tile.values = await unpack(packed)
      view.store.get(picture).tile = tile
    }),
  ).then(() => endRequest(view))
}

function endRequest(view) {
  clearTimeout(view.patience)
  view.request = null
  view.root.classList.remove("fetching")
  refresh(view)
}
