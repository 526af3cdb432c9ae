internal import ByteIO
internal import Glibc

/// A fresh directory that is removed when this object goes away.
public final class TemporaryDirectory: Sendable {
  public let path: String

  public init() throws {
    path = "/tmp/graft-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    try FileSystem.createDirectory(path)
  }

  deinit { try? FileSystem.removeTree(path) }

  /// The path of the entry called `name`.
  public func callAsFunction(_ name: String) -> String { path + "/" + name }

  /// Writes a file and returns its path.
  @discardableResult
  public func write(_ name: String, _ bytes: some Collection<UInt8>) throws -> String {
    let file = try OutputFile(creating: self(name))
    try file.write(Array(bytes))
    try file.finish()
    return file.path
  }

  /// Writes a text file and returns its path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}
