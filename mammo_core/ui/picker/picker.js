// Pictures to choose one from: a sheet of small ones that scrolls, or a few cards. The pictures are laid anew only when
// they change, so that choosing one keeps the place scrolled to.
const sheets = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picker")
  if (!root || !data) return
  const box = root.querySelector(".items")
  root.classList.toggle("sheet", data.look === "sheet")
  root.classList.toggle("cards", data.look === "cards")
  box.setAttribute("aria-label", data.label)
  if (sheets.get(root) !== data.version) {
    box.replaceChildren(...data.items.map((item, i) => makeItem(item, i, data)))
    sheets.set(root, data.version)
    requestAnimationFrame(() => showChosen(box, data.chosen))
  }
  mark(box, data.chosen)
  box.onclick = (event) => {
    const item = event.target.closest(".item")
    if (!item) return
    mark(box, item.dataset.id)
    setTriggerValue("picked", item.dataset.id)
  }
  box.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const items = [...box.children]
    const at = items.indexOf(event.target.closest(".item"))
    if (!step || at < 0 || !items[at + step]) return
    event.preventDefault()
    items[at + step].focus()
  }
}

function makeItem(item, i, data) {
  const make = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text ?? "" })
  const button = make("button", "item")
  button.type = "button"
  button.dataset.id = item.id
  button.setAttribute("role", "option")
  const image = make("img", "")
  Object.assign(image, { src: item.image, alt: "", loading: "lazy", draggable: false })
  const words = make("div", "words")
  const name = make("div", "name")
  if (data.numbered) name.append(make("span", "number", `${i + 1}`))
  if (item.dot) {
    const dot = make("span", "dot")
    dot.style.background = item.dot
    name.append(dot)
  }
  name.append(make("span", "", item.name))
  words.append(name, make("div", "note", item.note))
  button.append(image, words)
  return button
}

// The page itself stays where it is: only the sheet is scrolled.
function showChosen(box, id) {
  const item = [...box.children].find((child) => child.dataset.id === id)
  if (!item) return
  const left = item.offsetLeft - (box.clientWidth - item.offsetWidth) / 2
  box.scrollTo(left, item.offsetTop - (box.clientHeight - item.offsetHeight) / 2)
}

function mark(box, id) {
  for (const item of box.children) item.setAttribute("aria-selected", item.dataset.id === id)
}
