import Glibc
import TestSupport
import Testing

@testable import ByteIO

/// Lines of files and pipes, compared with a split of the whole content.
@Suite struct LineReaderTests {
  private func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private func lines(_ path: String) throws -> [[UInt8]] {
    let reader = try LineReader(path)
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(line) }
    #expect(try reader.next() == nil)
    return lines
  }

  /// Lines of lengths around the size of the reader's chunks, random and empty ones.
  private func content(_ generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let lengths = [0, 0, 1, 80, 65_534, 65_535, 65_536, 65_537, 140_000]
      let length = lengths.randomElement(using: &generator)!
      bytes += (0..<length).map { UInt8(truncatingIfNeeded: 0x0B + $0 % 240) }
      bytes.append(0x0A)
    }
    if Bool.random(using: &generator), !bytes.isEmpty { bytes.removeLast() }
    return bytes
  }

  @Test("The lines of a file are its content cut at newlines; a final newline begins no line")
  func readsFiles() throws {
    let directory = try TemporaryDirectory()
    var generator = SeededGenerator(seed: 1)
    let fixed = ["", "\n", "\n\n", "a", "a\n", "\na", "a\r\nb", "a\n\n"].map { Array($0.utf8) }
    for (index, bytes) in (fixed + (0..<40).map { _ in content(&generator) }).enumerated() {
      let path = try directory.write("file\(index)", bytes)
      #expect(try lines(path) == split(bytes), "\(bytes.count) bytes")
    }
  }

  @Test("Lines do not depend on the portions in which a pipe delivers them")
  func readsPipes() throws {
    let directory = try TemporaryDirectory()
    var generator = SeededGenerator(seed: 2)
    for index in 0..<10 {
      let bytes = content(&generator)
      let source = try directory.write("file\(index)", bytes)
      let pipe = directory("pipe\(index)")
      try #require(mkfifo(pipe, 0o600) == 0)
      // Opening a pipe waits for its other end, which another process holds.
      let size = Int.random(in: 1...5000, using: &generator)
      let writer = popen("dd if='\(source)' of='\(pipe)' bs=\(size) 2>/dev/null", "we")
      #expect(try lines(pipe) == split(bytes), "\(bytes.count) bytes")
      #expect(pclose(writer) == 0)
    }
  }

  @Test("What remains after some lines is everything behind the last newline read")
  func readsRest() throws {
    let directory = try TemporaryDirectory()
    let tail = [UInt8](repeating: 0x61, count: 200_000) + [0x0A, 0x62]
    let path = try directory.write("file", Array("one\n\n".utf8) + tail)
    let reader = try LineReader(path)
    #expect(try reader.next() == Array("one".utf8) && reader.next() == [])
    #expect(try reader.rest() == tail)
    #expect(try reader.rest() == [] && reader.next() == nil)
    #expect(try LineReader(path).rest().count == tail.count + 5)
  }

  @Test("A missing file and a directory are errors that name them")
  func refuses() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileError(action: "open", path: directory("none"), code: ENOENT)) {
      try LineReader(directory("none"))
    }
    #expect(throws: FileError(action: "read", path: directory.path, code: EISDIR)) {
      try LineReader(directory.path).next()
    }
  }
}
