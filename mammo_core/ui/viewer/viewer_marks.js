// Numbered boxes over a film: buttons, so that mouse, finger and keyboard all reach what they say.
const TARGET_PX = 24 // a button is never smaller; a smaller box is drawn at its own size within it

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
  panel.marked.marks.forEach(({ box }, i) => {
    const [left, top, width, height] = boxOnScreen(place, box)
    const button = panel.marks.children[i]
    const [beside, above] = [width, height].map((side) => Math.max(0, (TARGET_PX - side) / 2))
    button.style.transform = `translate(${left - beside}px, ${top - above}px)`
    button.style.width = `${width + 2 * beside}px`
    button.style.height = `${height + 2 * above}px`
    button.style.setProperty("--inset", `${above}px ${beside}px`)
    button.classList.toggle("low", top < 20) // no room for its number above it
    // What is out of sight is not to be reached by the tab key either.
    const away = left + width < 0 || top + height < 0 || left > panel.width || top > panel.height
    if (away) keepFocus(view, button, panel.element)
    button.style.visibility = away ? "hidden" : ""
    if (view.mark?.panel === panel && view.mark.number === i) placeNote(view, panel, [left, top, width, height])
  })
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
