// The pictures in memory: films with their levels, detail of them, heatmaps; and how window and colours paint them.
const tables = new Map()

// Keep what the panes refer to, take in what is new, and ask for what is missing.
function takePictures(view, data) {
  const wanted = new Set(data.panes.flatMap((pane) => [pane.picture, pane.heat]).filter(Boolean))
  for (const id of view.store.keys()) if (!wanted.has(id)) view.store.delete(id)
  for (const [id, packed] of Object.entries(data.pictures)) {
    if (view.store.has(id)) continue
    const { data: text, ...picture } = packed
    view.store.set(id, Object.assign(picture, { id, tile: null }))
    unpack(packed).then((values) => {
      picture.values = values
      refresh(view)
    })
  }
  const missing = [...wanted].filter((id) => !view.store.has(id))
  if (missing.length && view.missing !== missing.join()) view.send("missing", missing)
  view.missing = missing.join()
}

// The picture or heatmap of a pane; while a new one is on its way, the one shown before.
function pictureOf(view, pane, kind) {
  const id = pane[kind]
  const now = id && view.store.get(id)
  const place = `${view.panes.indexOf(pane)} ${kind} ${pane.film}`
  if (!id) view.latest.delete(place)
  else if (now?.values) view.latest.set(place, now)
  return view.latest.get(place)
}

// [black, white] of a picture: the chosen preset, stretched and shifted by hand.
function windowOf(view, picture) {
  const [black, white] = picture.windows[view.preset]
  const width = (white - black) * view.contrast
  const middle = (black + white) / 2 + view.level * (white - black)
  return [middle - width / 2, middle + width / 2]
}

// Paint the levels of a film or of a detail (anything with values, columns, rows, channels) through the window.
function painted(surface, bits, [black, white], invert) {
  const key = `${bits} ${black} ${white} ${invert}`
  if (surface.painted === key) return surface.canvas
  const table = grey(key, bits, black, white, invert)
  const { out, pixels } = bitmap(surface)
  const { values, channels } = surface
  const count = pixels.length
  if (channels === 1) for (let i = 0; i < count; i++) pixels[i] = table[values[i]]
  else
    for (let i = 0; i < count; i++) {
      const [red, green, blue] = [table[values[i]], table[values[count + i]], table[values[2 * count + i]]]
      pixels[i] = 0xff000000 | (blue & 0xff0000) | (green & 0xff00) | (red & 0xff)
    }
  surface.canvas.getContext("2d").putImageData(out, 0, 0)
  surface.painted = key
  return surface.canvas
}

function paintedHeat(view, heat) {
  const key = `${view.opacity} ${view.threshold}`
  if (heat.painted === key) return heat.canvas
  const { out, pixels } = bitmap(heat)
  const table = new Uint32Array(256)
  for (let level = 0; level < 256; level++) {
    const alpha = level / 255 < view.threshold ? 0 : Math.round(level * view.opacity)
    const [red, green, blue] = view.colours.subarray(level * 3, level * 3 + 3)
    table[level] = ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
  }
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[heat.values[i]]
  heat.canvas.getContext("2d").putImageData(out, 0, 0)
  heat.painted = key
  return heat.canvas
}

function bitmap(surface) {
  if (!surface.canvas) {
    surface.canvas = Object.assign(document.createElement("canvas"), { width: surface.columns, height: surface.rows })
    surface.out = new ImageData(surface.columns, surface.rows)
  }
  return { out: surface.out, pixels: new Uint32Array(surface.out.data.buffer) }
}

// Each level's grey as a pixel of a little-endian canvas, opaque.
function grey(key, bits, black, white, invert) {
  let table = tables.get(key)
  if (table) return table
  table = new Uint32Array(2 ** Math.max(8, bits))
  const slope = 255 / Math.max(white - black, 1e-6)
  for (let level = 0; level < table.length; level++) {
    const shown = Math.min(255, Math.max(0, Math.floor((level - black) * slope + 0.5)))
    const tone = invert ? 255 - shown : shown
    table[level] = (0xff000000 | (tone << 16) | (tone << 8) | tone) >>> 0
  }
  if (tables.size > 8) tables.clear()
  tables.set(key, table)
  return table
}
