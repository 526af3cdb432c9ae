/// A heap in an array, the greatest element first.
///
/// Among equal elements the order is that of C++'s `std::priority_queue` as GNU's library has it, on
/// which the order of equally good paths in SentencePiece's n-best lists depends.
struct BinaryHeap<Element> {
  private var elements: [Element] = []
  private let isLess: (Element, Element) -> Bool

  init(by isLess: @escaping (Element, Element) -> Bool) { self.isLess = isLess }

  var count: Int { elements.count }

  mutating func push(_ element: Element) {
    elements.append(element)
    siftUp(element, from: elements.count - 1)
  }

  mutating func pop() -> Element? {
    guard let top = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return top }
    // The hole goes down to a leaf along the greater children, then the last element up from there.
    var hole = 0
    var child = 2
    while child < elements.count {
      if isLess(elements[child], elements[child - 1]) { child -= 1 }
      elements[hole] = elements[child]
      hole = child
      child = 2 * child + 2
    }
    if child == elements.count {
      elements[hole] = elements[child - 1]
      hole = child - 1
    }
    siftUp(last, from: hole)
    return top
  }

  private mutating func siftUp(_ element: Element, from hole: Int) {
    var hole = hole
    while hole > 0, isLess(elements[(hole - 1) / 2], element) {
      elements[hole] = elements[(hole - 1) / 2]
      hole = (hole - 1) / 2
    }
    elements[hole] = element
  }
}
