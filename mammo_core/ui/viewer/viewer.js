// Panes of one film with a shared zoom. Offsets are fractions of a pane, so that panes of equal size move alike.
// Until the visitor zooms or moves, the breast fills the panes, whatever their size.
const views = new WeakMap()
const MAX_ZOOM = 16

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".viewer")
  if (!root || !data) return
  let view = views.get(root)
  if (!view) {
    view = { zoom: 1, x: 0, y: 0, film: null, moved: false, pointers: new Map() }
    view.observer = new ResizeObserver(() => refit(view, root))
    view.observer.observe(root)
    views.set(root, view)
  }
  const film = String(data.film)
  if (view.film !== film) view.moved = false
  Object.assign(view, { film, width: data.width, height: data.height, focus: data.focus })
  const box = root.querySelector(".panes")
  while (box.children.length > data.panes.length) box.lastElementChild.remove()
  while (box.children.length < data.panes.length) box.append(makePane())
  data.panes.forEach((pane, i) => fillPane(box.children[i], pane, data))
  root.querySelectorAll("[data-do]").forEach((button) => {
    button.onclick = () => act(view, root, button.dataset.do)
  })
  for (const pane of box.children) listen(pane, view, root)
  refit(view, root)
  return () => view.observer.disconnect()
}

function makePane() {
  const pane = document.createElement("div")
  pane.className = "pane"
  pane.tabIndex = 0
  pane.setAttribute("role", "img")
  pane.innerHTML = '<div class="stage"><img class="film" alt=""><img class="layer" alt=""></div><div class="title"></div>'
  return pane
}

function fillPane(pane, content, data) {
  pane.setAttribute("aria-label", content.description)
  pane.querySelector(".title").textContent = content.title
  setSource(pane.querySelector(".film"), content.image)
  const layer = pane.querySelector(".layer")
  setSource(layer, content.layer)
  layer.style.opacity = content.opacity ?? 1
  pane.querySelector("svg")?.remove()
  if (content.boxes?.length) pane.querySelector(".stage").append(drawBoxes(content.boxes, content))
}

function setSource(image, source) {
  image.style.display = source ? "" : "none"
  if (source && image.src !== source) image.src = source
}

function drawBoxes(boxes, data) {
  const make = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name)
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
    return node
  }
  const svg = make("svg", { viewBox: `0 0 ${data.width} ${data.height}`, preserveAspectRatio: "xMidYMid meet" })
  const size = data.height / 40
  boxes.forEach(([x, y, width, height]) => svg.append(make("rect", { x, y, width, height })))
  boxes.forEach(([x, y], i) => {
    const label = make("text", { x: x + size * 0.3, y: y + size * 1.1, "font-size": size })
    label.textContent = i + 1
    svg.append(label)
  })
  return svg
}

function listen(pane, view, root) {
  const at = (event) => {
    const rect = pane.getBoundingClientRect()
    return [(event.clientX - rect.left) / rect.width, (event.clientY - rect.top) / rect.height]
  }
  pane.onwheel = (event) => {
    const focused = root.getRootNode().activeElement?.classList.contains("pane")
    if (!focused && !event.ctrlKey) return
    event.preventDefault()
    zoomAt(view, ...at(event), Math.exp(-event.deltaY * 0.0018))
    view.moved = true
    show(view, root)
  }
  pane.onpointerdown = (event) => {
    view.pointers.set(event.pointerId, at(event))
    if (event.pointerType === "mouse") pane.setPointerCapture(event.pointerId)
  }
  pane.onpointerup = pane.onpointercancel = (event) => view.pointers.delete(event.pointerId)
  pane.onpointermove = (event) => {
    const before = view.pointers.get(event.pointerId)
    if (!before) return
    const now = at(event)
    const others = [...view.pointers.entries()].filter(([id]) => id !== event.pointerId)
    if (others.length) {
      const [ox, oy] = others[0][1]
      const spread = (point) => Math.hypot(point[0] - ox, point[1] - oy)
      zoomAt(view, (now[0] + ox) / 2, (now[1] + oy) / 2, spread(now) / Math.max(spread(before), 1e-3))
    } else if (event.pointerType === "mouse" || view.moved) {
      view.x += now[0] - before[0]
      view.y += now[1] - before[1]
    } else return // one finger on a film that nobody has zoomed yet scrolls the page
    view.moved = true
    view.pointers.set(event.pointerId, now)
    show(view, root)
  }
  pane.ondblclick = () => act(view, root, "breast")
  pane.onkeydown = (event) => {
    const steps = { ArrowLeft: [0.08, 0], ArrowRight: [-0.08, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08] }
    const name = { "+": "in", "=": "in", "-": "out", 0: "breast", 9: "whole" }[event.key]
    if (name) act(view, root, name)
    else if (steps[event.key] && view.zoom > 1) {
      view.x += steps[event.key][0]
      view.y += steps[event.key][1]
      view.moved = true
      show(view, root)
    } else return
    event.preventDefault()
  }
}

function act(view, root, name) {
  view.moved = name !== "breast"
  if (name === "breast") fit(view, root)
  else if (name === "whole") Object.assign(view, { zoom: 1, x: 0, y: 0 })
  else zoomAt(view, 0.5, 0.5, name === "in" ? 1.4 : 1 / 1.4)
  show(view, root)
}

function refit(view, root) {
  if (!view.moved) fit(view, root)
  show(view, root)
}

// Zoom so that the breast (view.focus, in film pixels) fills a pane; the film itself is shown whole within it.
function fit(view, root) {
  Object.assign(view, { zoom: 1, x: 0, y: 0 })
  const pane = root.querySelector(".pane")
  if (!view.focus || !pane || !pane.clientWidth) return
  const [left, top, width, height] = view.focus
  const [paneWidth, paneHeight] = [pane.clientWidth, pane.clientHeight]
  const scale = Math.min(paneWidth / view.width, paneHeight / view.height)
  const across = ((paneWidth - view.width * scale) / 2 + (left + width / 2) * scale) / paneWidth
  const down = ((paneHeight - view.height * scale) / 2 + (top + height / 2) * scale) / paneHeight
  view.zoom = Math.min(MAX_ZOOM, Math.max(1, Math.min(paneWidth / (width * scale), paneHeight / (height * scale))))
  view.x = 0.5 - across * view.zoom
  view.y = 0.5 - down * view.zoom
}

function zoomAt(view, x, y, factor) {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, view.zoom * factor))
  view.x = x - ((x - view.x) * zoom) / view.zoom
  view.y = y - ((y - view.y) * zoom) / view.zoom
  view.zoom = zoom
}

function show(view, root) {
  const keep = (offset) => Math.min(0, Math.max(1 - view.zoom, offset))
  view.x = keep(view.x)
  view.y = keep(view.y)
  root.dataset.zoom = view.zoom.toFixed(3)
  for (const pane of root.querySelectorAll(".pane")) {
    pane.classList.toggle("held", view.moved && view.zoom > 1)
    const stage = pane.querySelector(".stage")
    stage.style.transform = `translate(${view.x * 100}%, ${view.y * 100}%) scale(${view.zoom})`
  }
}
