import Glibc
import TestSupport
import Testing

@testable import ByteIO

/// Whole files: reading, mapping, writing, copying.
@Suite struct FileTests {
  private func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  // MARK: Writing

  @Test("What is written in portions of any size is what the file holds, and is counted")
  func writesPortions() throws {
    let directory = try TemporaryDirectory()
    var generator = SeededGenerator(seed: 1)
    let source = randomBytes(5 << 20, seed: 2)
    let file = try OutputFile(creating: directory("file"))
    var position = 0
    while position < source.count {
      // Now and then more than the writer's buffer.
      let limit = Int.random(in: 0..<8, using: &generator) == 0 ? 3 << 20 : 200_000
      let length = min(Int.random(in: 0...limit, using: &generator), source.count - position)
      let portion = source[position..<(position + length)]
      if Bool.random(using: &generator) {
        try file.write(portion)
      } else {
        try portion.withUnsafeBytes { try file.write($0) }
      }
      position += length
      #expect(file.count == position)
    }
    try file.write("é\n")
    #expect(file.count == source.count + 3)
    try file.finish()
    #expect(try FileSystem.read(directory("file")) == source + Array("é\n".utf8))
  }

  @Test("A file that exists is not written over")
  func refusesExistingFiles() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("file", "old")
    #expect(throws: FileError(action: "create", path: path, code: EEXIST)) {
      try OutputFile(creating: path)
    }
    #expect(try FileSystem.read(path) == Array("old".utf8))
  }

  @Test("A writer that cannot write says so")
  func reportsFullDevice() throws {
    let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let writer = BufferedWriter(descriptor: descriptor, path: "/dev/full")
    try writer.write("x")
    #expect(throws: FileError(action: "write to", path: "/dev/full", code: ENOSPC)) {
      try writer.flush()
    }
  }

  @Test("Copied ranges stand between what is written before and after them")
  func copiesRanges() throws {
    let directory = try TemporaryDirectory()
    let source = randomBytes(3 << 20, seed: 3)
    let mapped = try MappedFile(try directory.write("source", source))
    var generator = SeededGenerator(seed: 4)
    let file = try OutputFile(creating: directory("target"))
    var expected: [UInt8] = []
    for index in 0..<20 {
      let offset = Int.random(in: 0...source.count, using: &generator)
      let length = index == 0 ? 0 : Int.random(in: 0...(source.count - offset), using: &generator)
      try file.write("<\(index)>")
      try file.copy(from: mapped, offset: offset, count: length)
      expected += Array("<\(index)>".utf8) + source[offset..<(offset + length)]
      #expect(file.count == expected.count)
    }
    try file.finish()
    #expect(try FileSystem.read(directory("target")) == expected)
  }

  @Test("Copying from a file that has become shorter fails instead of writing too little")
  func refusesShrunkSource() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("source", randomBytes(10_000, seed: 5))
    let mapped = try MappedFile(path)
    try #require(truncate(path, 100) == 0)
    let file = try OutputFile(creating: directory("target"))
    #expect(throws: FileError(action: "copy all of", path: path, code: EIO)) {
      try file.copy(from: mapped, offset: 0, count: 10_000)
    }
  }

  // MARK: Reading

  @Test("A mapped file has the bytes of the file, an empty one none")
  func mapsFiles() throws {
    let directory = try TemporaryDirectory()
    for count in [0, 1, 4095, 4096, 4097, 100_000] {
      let bytes = randomBytes(count, seed: 6)
      let file = try MappedFile(try directory.write("file\(count)", bytes))
      #expect(file.count == count)
      #expect(file.withBytes { Array($0) } == bytes)
    }
  }

  @Test("Directories, devices and missing files cannot be mapped")
  func refusesToMap() throws {
    let directory = try TemporaryDirectory()
    #expect(throws: FileError(action: "read", path: directory.path, code: EISDIR)) {
      try MappedFile(directory.path)
    }
    #expect(throws: FileError(action: "read", path: "/dev/null", code: EINVAL)) {
      try MappedFile("/dev/null")
    }
    let error = #expect(throws: FileError.self) { try MappedFile(directory("none")) }
    #expect(error?.isMissingFile == true)
    #expect(error?.description == "cannot open \(directory("none")): No such file or directory")
  }

  @Test("A file below a file is missing, a file without permission is not")
  func tellsMissingFromForbidden() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("file", "x")
    let error = #expect(throws: FileError.self) { try FileSystem.read(path + "/below") }
    #expect(error?.isMissingFile == true)
    #expect(!FileError(action: "open", path: path, code: EACCES).isMissingFile)
  }

  @Test("Files whose size is not known in advance are read to the end")
  func readsUnsizedFiles() throws {
    #expect(try FileSystem.read("/dev/null") == [])
    #expect(try !FileSystem.read("/proc/self/status").isEmpty)
  }

  // MARK: Paths and trees

  @Test("Paths are taken apart as POSIX dirname and basename do")
  func splitsPaths() {
    let cases = [
      ("a/b", "a", "b"), ("b", ".", "b"), ("/b", "/", "b"), ("a/b/", "a", "b"), ("/", "/", "/"),
      ("a//b", "a/", "b"), ("/a/b/c", "/a/b", "c"), ("./x", ".", "x"),
    ]
    for (path, parent, name) in cases {
      #expect(FileSystem.parent(path) == parent, "\(path)")
      #expect(FileSystem.lastComponent(path) == name, "\(path)")
    }
  }

  @Test("Names are listed in the order of their bytes")
  func listsNames() throws {
    let directory = try TemporaryDirectory()
    for name in ["b", "a", "é", "Z", ".hidden", "a.txt"] { try directory.write(name, "") }
    #expect(
      try FileSystem.names(inDirectory: directory.path) == [".hidden", "Z", "a", "a.txt", "b", "é"])
  }

  @Test("A tree is removed with everything in it, but not what its links point to")
  func removesTrees() throws {
    let directory = try TemporaryDirectory()
    let kept = try directory.write("kept", "x")
    try FileSystem.createDirectory(directory("tree"))
    try FileSystem.createDirectory(directory("tree/inner"))
    try directory.write("tree/inner/file", "x")
    try #require(symlink(kept, directory("tree/link")) == 0)
    try #require(symlink(directory("nowhere"), directory("tree/dangling")) == 0)
    try FileSystem.removeTree(directory("tree"))
    #expect(FileSystem.kind(directory("tree")) == nil)
    #expect(FileSystem.kind(kept) == .file(size: 1))
  }
}
