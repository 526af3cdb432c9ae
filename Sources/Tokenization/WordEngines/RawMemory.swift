internal import ByteIO
internal import Glibc

/// A list of trivial values whose elements are reached without checks.
///
/// The innermost loops write into such lists; room is made before a loop, not at every element.
struct RawList<Element: BitwiseCopyable>: ~Copyable {
  // Safe while every index is below the capacity that has been reserved: the memory belongs to this
  // value alone and is freed with it.
  private(set) var base: UnsafeMutablePointer<Element>
  /// How many elements are in use.
  var count = 0
  private(set) var capacity: Int

  init(capacity: Int = 16) {
    self.capacity = max(capacity, 1)
    base = Self.bound(malloc(self.capacity * MemoryLayout<Element>.stride), self.capacity)
  }

  deinit { free(base) }

  /// The elements in use, until the list is changed.
  var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Makes room for `extra` more elements.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if count + extra > capacity { grow(to: count + extra) }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    reserve(1)
    base[count] = element
    count += 1
  }

  mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
    reserve(elements.count)
    if let start = elements.baseAddress {
      (base + count).update(from: start, count: elements.count)
    }
    count += elements.count
  }

  mutating func append(contentsOf elements: [Element]) {
    elements.withUnsafeBufferPointer { append(contentsOf: $0) }
  }

  mutating func removeAll() { count = 0 }

  /// Moves the elements behind the first ones to the front.
  mutating func removeFirst(_ removed: Int) {
    count -= removed
    base.update(from: base + removed, count: count)
  }

  /// Gives memory back that one large text needed and others will not.
  mutating func shrink(to limit: Int) {
    guard capacity > limit else { return }
    count = 0
    resize(to: limit)
  }

  @inline(never)
  private mutating func grow(to needed: Int) { resize(to: max(needed, capacity * 2)) }

  private mutating func resize(to capacity: Int) {
    let size = capacity * MemoryLayout<Element>.stride
    if size < HugePages.size {
      base = Self.bound(realloc(base, size), capacity)
    } else {
      let new = HugePages.allocate(size).bindMemory(to: Element.self, capacity: capacity)
      new.update(from: base, count: count)
      free(base)
      base = new
    }
    self.capacity = capacity
  }

  private static func bound(
    _ memory: UnsafeMutableRawPointer?, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    guard let memory else { preconditionFailure("out of memory for \(capacity) elements") }
    return memory.bindMemory(to: Element.self, capacity: capacity)
  }
}

/// A table that is filled once and then read without checks, by any number of threads.
struct ConstantTable<Element: BitwiseCopyable & Sendable>: Sendable {
  // Safe: nothing writes after `init`, and the owner lives as long as any copy of this value.
  private nonisolated(unsafe) let base: UnsafePointer<Element>
  private let owner: Owner
  let count: Int

  private final class Owner: @unchecked Sendable {
    let memory: UnsafeMutablePointer<Element>
    init(_ memory: UnsafeMutablePointer<Element>) { self.memory = memory }
    deinit { memory.deallocate() }
  }

  /// A table of `count` elements that all are `value` until `fill` has changed them.
  init(
    repeating value: Element, count: Int,
    _ fill: (UnsafeMutableBufferPointer<Element>) -> Void = { _ in }
  ) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    memory.update(repeating: value, count: count)
    fill(UnsafeMutableBufferPointer(start: memory, count: count))
    base = UnsafePointer(memory)
    owner = Owner(memory)
    self.count = count
  }

  init(_ elements: [Element]) {
    count = elements.count
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    for (index, element) in elements.enumerated() { memory[index] = element }
    base = UnsafePointer(memory)
    owner = Owner(memory)
  }

  /// The element at `index`, which must be below `count`.
  @inline(__always)
  subscript(index: Int) -> Element { base[index] }
}
