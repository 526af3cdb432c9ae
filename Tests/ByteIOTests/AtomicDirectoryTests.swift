import Glibc
import TestSupport
import Testing

@testable import ByteIO

/// A directory appears complete or not at all.
@Suite struct AtomicDirectoryTests {
  private let parent: TemporaryDirectory

  init() throws { parent = try TemporaryDirectory() }

  private func make(_ name: String, in directory: AtomicDirectory, _ text: String = "new") throws {
    let file = try OutputFile(creating: directory.path(name))
    try file.write(text)
    try file.finish()
  }

  /// What stands in the parent directory.
  private var names: [String] { get throws { try FileSystem.names(inDirectory: parent.path) } }

  @Test("Nothing stands at the destination before the commit, everything after it")
  func appearsOnCommit() throws {
    let directory = try AtomicDirectory(destination: parent("out/"))
    try make("a", in: directory)
    try make("b", in: directory)
    #expect(FileSystem.kind(parent("out")) == nil)
    try directory.commit()
    #expect(try names == ["out"])
    #expect(try FileSystem.names(inDirectory: parent("out")) == ["a", "b"])
    directory.discard()
    #expect(FileSystem.isFile(parent("out/a")))
  }

  @Test("A directory that is dropped or discarded leaves nothing")
  func disappearsOnDrop() throws {
    do {
      let directory = try AtomicDirectory(destination: parent("out"))
      try make("a", in: directory)
      #expect(try names.count == 1)
    }
    #expect(try names == [])
    let directory = try AtomicDirectory(destination: parent("out"))
    try make("a", in: directory)
    directory.discard()
    #expect(try names == [])
  }

  @Test("A destination that is taken is refused and left alone")
  func refusesExisting() throws {
    try parent.write("file", "old")
    try FileSystem.createDirectory(parent("directory"))
    for name in ["file", "directory"] {
      #expect(throws: FileError(action: "create directory", path: parent(name), code: EEXIST)) {
        try AtomicDirectory(destination: parent(name))
      }
    }
    #expect(try names == ["directory", "file"])
  }

  @Test("A destination that is taken while the files are made is left alone too")
  func refusesLateArrival() throws {
    let directory = try AtomicDirectory(destination: parent("out"))
    try make("a", in: directory)
    try FileSystem.createDirectory(parent("out"))
    try parent.write("out/theirs", "x")
    #expect(throws: FileError.self) { try directory.commit() }
    #expect(try FileSystem.names(inDirectory: parent("out")) == ["theirs"])
  }

  @Test("A replaced directory stays untouched until the commit and is gone after it")
  func replaces() throws {
    try FileSystem.createDirectory(parent("out"))
    try parent.write("out/old", "x")
    let directory = try AtomicDirectory(destination: parent("out"), replacing: true)
    try make("a", in: directory)
    #expect(try FileSystem.names(inDirectory: parent("out")) == ["old"])
    try directory.commit()
    #expect(try FileSystem.names(inDirectory: parent("out")) == ["a"])
    #expect(try names == ["out"])
  }

  @Test("A replacement that is dropped keeps the old directory")
  func keepsOldOnDrop() throws {
    try FileSystem.createDirectory(parent("out"))
    try parent.write("out/old", "x")
    do {
      let directory = try AtomicDirectory(destination: parent("out"), replacing: true)
      try make("a", in: directory)
    }
    #expect(try FileSystem.names(inDirectory: parent("out")) == ["old"])
    #expect(try names == ["out"])
  }

  @Test("What a dead process left behind is removed, what a living one makes is kept")
  func removesAbandoned() throws {
    // A process that has ended and whose number is not in use any more.
    let stream = popen("echo $$", "re")
    let output = try FileSystem.readToEnd(fileno(stream), path: "pipe")
    pclose(stream)
    let dead = try #require(Int(String(decoding: output.dropLast(), as: UTF8.self)))
    try #require(kill(pid_t(dead), 0) != 0)
    for name in [
      ".out.partial-\(dead)-1", ".out.partial-\(getpid())-1", ".other.partial-\(dead)-1",
    ] {
      try FileSystem.createDirectory(parent(name))
      try parent.write(name + "/file", "x")
    }
    let directory = try AtomicDirectory(destination: parent("out"))
    try directory.commit()
    #expect(
      try names == [".other.partial-\(dead)-1", ".out.partial-\(getpid())-1", "out"])
  }

  @Test("A directory cannot be made without a parent or without a name")
  func refusesImpossibleDestinations() {
    #expect(throws: FileError(action: "list", path: parent("none"), code: ENOENT)) {
      try AtomicDirectory(destination: parent("none/out"))
    }
    for path in ["", "/", ".", "..", parent("..")] {
      #expect(throws: FileError.self) { try AtomicDirectory(destination: path) }
    }
  }
}
