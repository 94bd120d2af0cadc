// Mouse and touch. One finger on films that nobody has zoomed yet is the page's: it scrolls, or swipes to the next film.
const START_PX = 4

function roams(view) {
  return view.moved && view.zoom > 1.01
}

function listen(view, panel) {
  const { element } = panel
  element.onpointerdown = (event) => press(view, panel, event)
  element.onpointermove = (event) => drag(view, panel, event)
  element.onpointerup = element.onpointercancel = (event) => release(view, panel, event)
  element.oncontextmenu = (event) => event.preventDefault()
  element.ondblclick = (event) => {
    if (event.target.closest("button")) return
    if (view.zoom > 1.5) showFocus(view)
    else zoomAt(view, inPanes(panel, event), 3)
    refresh(view)
  }
  element.onwheel = (event) => {
    if (!view.root.getRootNode().activeElement && !event.ctrlKey && !document.fullscreenElement) return
    event.preventDefault()
    zoomAt(view, inPanes(panel, event), Math.exp(-event.deltaY * 0.0018))
    refresh(view)
  }
  if (panel.heard) return
  panel.heard = true
  const hold = (event) => (event.touches.length > 1 || view.gesture) && event.cancelable && event.preventDefault()
  for (const name of ["touchstart", "touchmove"]) element.addEventListener(name, hold, { passive: false })
}

// A point of the screen in panes from the pane's top left.
function inPanes(panel, { clientX, clientY }) {
  const { left, top } = panel.element.getBoundingClientRect()
  return [(clientX - left - 1) / panel.width, (clientY - top - 1) / panel.height]
}

function press(view, panel, event) {
  if (event.target.closest(".note")) return
  const at = inPanes(panel, event)
  view.pointers.set(event.pointerId, at)
  view.pointer = at
  view.dragged = false
  if (view.pointers.size > 1) {
    view.rectangle = null
    view.gesture = { kind: "pinch" }
    return
  }
  const byTouch = event.pointerType === "touch"
  const tool = event.button === 2 || view.windowing ? "window" : event.button === 1 ? "move" : view.tool
  const kind = event.target.closest(".divider") ? "divider" : tool
  if (byTouch && kind === "move" && !roams(view) && !view.lens) return
  view.gesture = { kind, from: at, last: at, started: false }
}

function drag(view, panel, event) {
  const at = inPanes(panel, event)
  const { gesture } = view
  view.pointer = at
  if (!view.pointers.has(event.pointerId) || !gesture) return view.lens && refresh(view)
  if (gesture.kind === "pinch") pinch(view, event.pointerId, at)
  else if (begun(view, panel, event, at)) {
    const step = [at[0] - gesture.last[0], at[1] - gesture.last[1]]
    gesture.last = at
    GESTURES[gesture.kind](view, panel, step, at, gesture)
  }
  view.pointers.set(event.pointerId, at)
  refresh(view)
}

// A press becomes a drag when it has moved a little; until then it may be a click.
function begun(view, panel, event, at) {
  const { gesture } = view
  const moved = Math.hypot((at[0] - gesture.from[0]) * panel.width, (at[1] - gesture.from[1]) * panel.height)
  if (gesture.started || moved < START_PX) return gesture.started
  gesture.started = view.dragged = true
  panel.element.setPointerCapture(event.pointerId)
  return true
}

const GESTURES = {
  move: (view, panel, [x, y]) => !(view.lens && !roams(view)) && moveBy(view, x, y),
  divider: (view, panel, step, at) => moveDivider(view, at[0]),
  window: (view, panel, [x, y]) => changeWindow(view, x * panel.width, y * panel.height),
  ruler: (view, panel, step, at, gesture) => (view.ruler = lineBetween(view, panel, gesture.from, at)),
  region: (view, panel, step, at, gesture) => (view.rectangle = lineBetween(view, panel, gesture.from, at)),
}

// Right: less contrast; up: brighter. 250 pixels double the window, or shift it by half its width.
function changeWindow(view, right, down) {
  view.contrast = Math.min(8, Math.max(0.02, view.contrast * 2 ** (right / 250)))
  view.level = Math.min(2, Math.max(-2, view.level + (down / 500) * Math.max(view.contrast, 0.2)))
}

function lineBetween(view, panel, from, to) {
  const pixels = ([x, y]) => [x * panel.width, y * panel.height]
  const pane = paneAt(view, panel, pixels(from))
  const place = placed(view, panel, pane)
  return { film: pane.film, pane: view.panes.indexOf(pane), from: toFilm(place, pixels(from)), to: toFilm(place, pixels(to)) }
}

// Two fingers: the film stays under both.
function pinch(view, id, at) {
  const before = view.pointers.get(id)
  const other = [...view.pointers].find(([one]) => one !== id)?.[1]
  if (!other) return
  const spread = (point) => Math.max(Math.hypot(point[0] - other[0], point[1] - other[1]), 1e-3)
  moveBy(view, (at[0] - before[0]) / 2, (at[1] - before[1]) / 2)
  zoomAt(view, [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2], spread(at) / spread(before))
}

function release(view, panel, event) {
  const { gesture } = view
  if (!view.pointers.delete(event.pointerId) || !gesture) return
  if (view.pointers.size) return
  view.gesture = null
  if (event.type === "pointercancel") view.rectangle = null
  else if (gesture.kind === "ruler" && !gesture.started) view.ruler = null
  else if (gesture.kind === "region" && !event.target.closest(".mark")) {
    view.rectangle = lineBetween(view, panel, gesture.from, gesture.last)
    sendRegion(view)
  }
  refresh(view)
}
