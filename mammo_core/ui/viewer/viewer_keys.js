// The keyboard, while the focus is anywhere in the viewer. Buttons and sliders keep the keys they need.
const STEP = 0.08
const KEYS = {
  "+": (view) => zoomAt(view, [0.5, 0.5], 1.25),
  "=": (view) => zoomAt(view, [0.5, 0.5], 1.25),
  "-": (view) => zoomAt(view, [0.5, 0.5], 0.8),
  0: showFocus,
  9: showWhole,
  1: (view) => usePreset(view, "film"),
  2: (view) => usePreset(view, "full"),
  3: (view) => usePreset(view, "dense"),
  4: (view) => usePreset(view, "periphery"),
  i: (view) => act(view, "invert"),
  m: (view) => act(view, "lens"),
  h: (view) => act(view, "heat"),
  b: (view) => act(view, "boxes"),
  l: (view) => useLayout(view, view.layout === "side" ? "swipe" : "side"),
  n: (view) => stepMark(view, 1),
  p: (view) => stepMark(view, -1),
  f: (view) => act(view, "full"),
  r: (view) => act(view, "reset"),
  d: (view) => useTool(view, view.tool === "ruler" ? "move" : "ruler"),
  s: (view) => view.data.regions && useTool(view, view.tool === "region" ? "move" : "region"),
  "?": (view) => act(view, "help"),
  Escape: leave,
  Delete: removeRuler,
  Backspace: removeRuler,
}
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

function listenToKeys(view) {
  const { root } = view
  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog")) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    if (!pressed(view, key, event)) return
    event.preventDefault()
    event.stopPropagation()
    refresh(view)
  }
  root.onkeyup = (event) => {
    if (event.key.toLowerCase() === "w") view.windowing = false
  }
  root.onfocusout = () => (view.windowing = false)
}

function pressed(view, key, event) {
  const { target } = event
  if (target.matches("input, select") && (key in ARROWS || key === "Enter" || target.matches("select"))) return false
  if (key === "w") return (view.windowing = true)
  if (key in ARROWS) return arrow(view, ARROWS[key], event)
  if (key === "Enter") return target.matches(".pane") && view.tool !== "move" && markCentre(view, target.panel)
  if (!KEYS[key]) return false
  KEYS[key](view)
  return true
}

function arrow(view, [x, y], { target, shiftKey }) {
  if (target.closest(".divider")) moveDivider(view, view.divider - x * 0.05)
  else if (shiftKey || view.tool === "window") changeWindow(view, -x * 25, -y * 25)
  else {
    moveBy(view, x * STEP, y * STEP)
    if (view.begun) followCentre(view)
  }
  return true
}

// Ruler and rectangle without a mouse: Enter begins at the cross in the middle of the pane, and ends there again.
function markCentre(view, panel) {
  const kind = { ruler: "ruler", region: "rectangle" }[view.tool]
  if (!kind) return false
  if (view.begun) {
    followCentre(view)
    view.begun = null
    if (kind === "rectangle") sendRegion(view)
  } else {
    const line = lineBetween(view, panel, [0.5, 0.5], [0.5, 0.5])
    view.begun = { kind, panel }
    view[kind] = line
  }
  return true
}

function followCentre(view) {
  const { kind, panel } = view.begun
  view[kind].to = lineBetween(view, panel, [0.5, 0.5], [0.5, 0.5]).to
}

function leave(view) {
  if (view.mark) openMark(view, null)
  else if (view.tool !== "move") useTool(view, "move")
}

function removeRuler(view) {
  Object.assign(view, { ruler: null, begun: null })
}
