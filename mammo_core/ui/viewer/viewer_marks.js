// Numbered boxes over a film: buttons, so that mouse, finger and keyboard all reach what they say.
const TARGET_PX = 24 // a button is never smaller; a smaller box is drawn at its own size within it
const LABEL_PX = [20, 18] // what a number takes at most, with a little air

function layMarks(view, panel) {
  const pane = [...panel.contents].reverse().find((one) => one.marks.length)
  const content = JSON.stringify([pane?.film, pane?.marks])
  panel.marked = pane
  if (panel.laid === content) return
  panel.laid = content
  if (view.mark?.panel === panel) openMark(view, null)
  panel.marks.replaceChildren(...(pane?.marks ?? []).map((mark, i) => makeMark(view, panel, mark, i)))
}

function makeMark(view, panel, mark, i) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "mark" })
  button.setAttribute("aria-label", `${nameOf(mark, i)}. ${mark.detail}`)
  button.setAttribute("aria-expanded", "false")
  const frame = document.createElement("i")
  frame.append(Object.assign(document.createElement("span"), { textContent: mark.sign || i + 1 }))
  button.append(frame)
  button.onclick = () => {
    if (!view.dragged) openMark(view, view.mark?.panel === panel && view.mark.number === i ? null : { panel, number: i })
  }
  return button
}

function nameOf({ sign, label }, i) {
  return sign ? label : WORDS.mark(i + 1, label)
}

function openMark(view, mark) {
  if (!mark && view.mark) keepFocus(view, view.note, view.mark.panel.element)
  view.mark = mark
  const { note } = view
  const chosen = mark?.panel.marked?.marks[mark.number]
  note.hidden = !chosen
  for (const button of view.root.querySelectorAll(".mark")) button.setAttribute("aria-expanded", "false")
  if (chosen) {
    mark.panel.marks.children[mark.number].setAttribute("aria-expanded", "true")
    note.querySelector("strong").textContent = nameOf(chosen, mark.number)
    note.querySelector("span").textContent = chosen.detail
    if (note.parentElement !== mark.panel.element) mark.panel.element.append(note)
  }
  refresh(view)
}

// What is about to be hidden hands the focus on: the keyboard stays in the viewer.
function keepFocus(view, hidden, heir) {
  if (hidden.contains(view.root.getRootNode().activeElement)) heir.focus({ preventScroll: true })
}

// The next or the previous mark comes to the middle, large enough to be looked at.
function stepMark(view, step) {
  const panel = view.panels.find((one) => one.marked?.marks.length)
  if (!panel) return
  const { marks } = panel.marked
  const last = view.mark?.panel === panel ? view.mark.number : step > 0 ? -1 : marks.length
  const number = (last + step + marks.length) % marks.length
  const [x, y, width, height] = marks[number].box
  showPoint(view, panel, panel.marked, [x + width / 2, y + height / 2])
  const { fit } = placed(view, panel, panel.marked)
  view.zoom = Math.min(limits(view)[1], Math.max(view.zoom, (0.35 * Math.min(panel.width / width, panel.height / height)) / fit))
  view.boxes = true
  openMark(view, { panel, number })
}

function placeMarks(view, panel) {
  if (!view.boxes) keepFocus(view, panel.marks, panel.element)
  panel.marks.hidden = !view.boxes
  if (!panel.marked || !panel.width) return
  const place = placed(view, panel, panel.marked)
  const labels = []
  const boxes = panel.marked.marks.map(({ box }) => boxOnScreen(place, box))
  boxes.forEach((box, i) => {
    const [left, top, width, height] = box
    const button = panel.marks.children[i]
    const [beside, above] = [width, height].map((side) => Math.max(0, (TARGET_PX - side) / 2))
    // No transform: it would hold the number back below the frames of the boxes that come after.
    button.style.left = `${left - beside}px`
    button.style.top = `${top - above}px`
    button.style.width = `${width + 2 * beside}px`
    button.style.height = `${height + 2 * above}px`
    button.style.setProperty("--inset", `${above}px ${beside}px`)
    // What is out of sight is not to be reached by the tab key either.
    const away = left + width < 0 || top + height < 0 || left > panel.width || top > panel.height
    if (away) keepFocus(view, button, panel.element)
    button.style.visibility = away ? "hidden" : ""
    if (!away) placeLabel(button, box, labels, boxes)
    if (view.mark?.panel === panel && view.mark.number === i) placeNote(view, panel, box)
  })
}

// Above the box at its left, or at another of its corners: where the pane has room and no other number stands, and
// rather not over another box.
function placeLabel(button, box, taken, boxes) {
  const [left, top, width, height] = box
  const [wide, high] = LABEL_PX
  const corners = [top - high, top + height].flatMap((y, low) =>
    [left, left + width - wide].map((x, end) => ({ at: [x, y, wide, high], low: low > 0, end: end > 0 })))
  const meet = (a, b) => [0, 1].every((k) => a[k] < b[k] + b[k + 2] && b[k] < a[k] + a[k + 2])
  const cost = ({ at, low }) =>
    (low || at[1] > -2 ? 0 : 1e4) + 100 * taken.filter((one) => meet(one, at)).length +
    boxes.filter((one) => one !== box && meet(one, at)).length
  const corner = corners.reduce((best, one) => (cost(one) < cost(best) ? one : best))
  taken.push(corner.at)
  for (const side of ["low", "end"]) button.classList.toggle(side, corner[side])
}

// Below the box, or above it, and never beyond the pane.
function placeNote(view, panel, [left, top, width, height]) {
  const { note } = view
  const within = (value, most) => Math.max(6, Math.min(value, most - 6))
  const below = top + height + 8
  const y = below + note.offsetHeight < panel.height ? below : top - note.offsetHeight - 8
  note.style.left = `${within(left + width / 2 - note.offsetWidth / 2, panel.width - note.offsetWidth)}px`
  note.style.top = `${within(y, panel.height - note.offsetHeight)}px`
}
