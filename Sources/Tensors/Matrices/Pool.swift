internal import Synchronization

/// Things that threads work with one at a time: as many as are in use at once, each used again and again.
package final class Pool<Element: Sendable>: Sendable {
  private let idle = Mutex<[Element]>([])
  private let make: @Sendable () -> Element

  /// - Parameter make: makes one more.
  package init(_ make: @escaping @Sendable () -> Element) { self.make = make }

  /// Calls `body` with an element that nobody else uses meanwhile.
  package func withElement<Result>(_ body: (Element) -> Result) -> Result {
    let element = idle.withLock { $0.popLast() } ?? make()
    defer { idle.withLock { $0.append(element) } }
    return body(element)
  }
}
