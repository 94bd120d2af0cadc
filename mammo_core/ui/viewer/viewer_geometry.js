// Where things are. The view is one for all panes: how often each pane's focus is enlarged, and how far the middle lies
// from the middle of the focus, in panes of that size. Mirrored panes run from right to left.
const PIXEL_ON_SCREEN = 8 // a film's pixel is never larger

function placed(view, panel, pane) {
  const { width, height } = panel
  const focus = pane.focus ?? [0, 0, pane.width, pane.height]
  const fit = Math.min(width / focus[2], height / focus[3])
  const way = pane.mirrored ? -1 : 1
  const free = (width - focus[2] * fit) / 2 // beside the focus, on either side
  const alone = panel.contents.length < 2 // before and after are compared in the middle
  const aside = (alone && { left: -free, right: free }[pane.against]) || 0
  return {
    width, height, fit, way, scale: fit * view.zoom,
    x: focus[0] + focus[2] / 2 + (way * (view.x * width - aside)) / fit,
    y: focus[1] + focus[3] / 2 + (view.y * height) / fit,
  }
}

function toScreen(place, [x, y]) {
  return [place.width / 2 + place.way * (x - place.x) * place.scale, place.height / 2 + (y - place.y) * place.scale]
}

function toFilm(place, [x, y]) {
  return [place.x + (place.way * (x - place.width / 2)) / place.scale, place.y + (y - place.height / 2) / place.scale]
}

// A box of the film as left, top, width and height on the screen.
function boxOnScreen(place, [x, y, width, height]) {
  const [left, top] = toScreen(place, [place.way > 0 ? x : x + width, y])
  return [left, top, width * place.scale, height * place.scale]
}

// The part of the film that is seen between two points of the screen, in whole pixels: x, y, width, height.
function filmBetween(place, pane, from, to) {
  const [a, b] = [toFilm(place, from), toFilm(place, to)]
  const cut = (value, limit) => Math.min(limit, Math.max(0, value))
  const left = cut(Math.floor(Math.min(a[0], b[0])), pane.width)
  const top = cut(Math.floor(Math.min(a[1], b[1])), pane.height)
  const [right, bottom] = [Math.ceil(Math.max(a[0], b[0])), Math.ceil(Math.max(a[1], b[1]))]
  return [left, top, cut(right, pane.width) - left, cut(bottom, pane.height) - top]
}

// Enlarge by a factor around a point, given in panes from the top left.
function zoomAt(view, [x, y], factor) {
  const zoom = Math.min(limits(view)[1], Math.max(limits(view)[0], view.zoom * factor))
  view.x += (x - 0.5) * (1 / view.zoom - 1 / zoom)
  view.y += (y - 0.5) * (1 / view.zoom - 1 / zoom)
  Object.assign(view, { zoom, moved: true })
}

// Move the films by a part of a pane.
function moveBy(view, x, y) {
  view.x -= x / view.zoom
  view.y -= y / view.zoom
  view.moved = true
}

function limits(view) {
  const whole = view.panels.flatMap((panel) =>
    panel.contents.map((pane) => {
      const { fit } = placed(view, panel, pane)
      return [Math.min(panel.width / pane.width, panel.height / pane.height) / fit, PIXEL_ON_SCREEN / fit]
    }),
  )
  return [Math.min(1, ...whole.map(([least]) => least)), Math.max(4, ...whole.map(([, most]) => most))]
}

// The first pane's middle stays on its film.
function keepOnFilm(view) {
  const panel = view.panels[0]
  const pane = panel?.contents[0]
  if (!pane || !panel.width) return
  const place = placed(view, panel, pane)
  const back = (value, limit) => Math.min(limit, Math.max(0, value)) - value
  view.x += (place.way * back(place.x, pane.width) * place.fit) / panel.width
  view.y += (back(place.y, pane.height) * place.fit) / panel.height
}

// When panes change their size, the middle of the first one stays where it is on the film.
function keepMiddle(view) {
  const panel = view.panels[0]
  if (!view.moved || !view.middle || !panel?.width) return
  const { fit } = placed(view, panel, panel.contents[0])
  view.x = (view.middle[0] * fit) / panel.width
  view.y = (view.middle[1] * fit) / panel.height
}

function rememberMiddle(view) {
  const panel = view.panels[0]
  if (!panel?.width) return
  const { fit } = placed(view, panel, panel.contents[0])
  view.middle = [(view.x * panel.width) / fit, (view.y * panel.height) / fit]
}

function showFocus(view) {
  Object.assign(view, { zoom: 1, x: 0, y: 0, moved: false })
}

function showWhole(view) {
  const panel = view.panels[0]
  const pane = panel?.contents[0]
  if (!pane) return
  showFocus(view)
  view.zoom = limits(view)[0]
  showPoint(view, panel, pane, [pane.width / 2, pane.height / 2])
}

// Bring a point of a pane's film to the middle.
function showPoint(view, panel, pane, [x, y]) {
  const place = placed(view, panel, pane)
  view.x += (place.way * (x - place.x) * place.fit) / panel.width
  view.y += ((y - place.y) * place.fit) / panel.height
  view.moved = true
}
