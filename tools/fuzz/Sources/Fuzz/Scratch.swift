import Glibc
import Graft

/// A directory in memory for the readers that map files.
struct Scratch: Sendable {
  let path: String

  init() throws {
    path = "/dev/shm/graft-fuzz-\(getpid())"
    if !FileSystem.isDirectory(path) { try FileSystem.createDirectory(path) }
  }

  /// Writes a file, replacing what it was.
  func write(_ name: String, _ bytes: some Collection<UInt8>) -> String {
    let file = path + "/" + name
    let descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0)
    defer { close(descriptor) }
    let bytes = Array(bytes)
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    return file
  }

  func remove(_ name: String) { unlink(path + "/" + name) }
}

/// An input that stands for several files: they are apart by a line of `%%`.
func parts(_ bytes: [UInt8], atMost count: Int) -> [ArraySlice<UInt8>] {
  let mark = Array("\n%%\n".utf8)
  var parts: [ArraySlice<UInt8>] = []
  var start = 0
  var position = 0
  while position + mark.count <= bytes.count, parts.count + 1 < count {
    if bytes[position..<(position + mark.count)].elementsEqual(mark) {
      parts.append(bytes[start..<position])
      position += mark.count
      start = position
    } else {
      position += 1
    }
  }
  return parts + [bytes[start...]]
}
