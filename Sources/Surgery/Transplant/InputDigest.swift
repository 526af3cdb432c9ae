internal import ByteIO
internal import CCrypto

/// A SHA-256 (FIPS 180-4), by OpenSSL.
final class InputDigest {
  private let context = EVP_MD_CTX_new()

  init() throws(DigestError) {
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw DigestError() }
  }

  deinit { EVP_MD_CTX_free(context) }

  func add(_ bytes: UnsafeRawBufferPointer) throws(DigestError) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      throw DigestError()
    }
  }

  /// Adds a text and its end, so that no two lists of texts are the same.
  func add(_ text: String) throws(DigestError) { try add(Array(text.utf8) + [0]) }

  func add(_ bytes: [UInt8]) throws(DigestError) {
    try bytes.withUnsafeBufferPointer { bytes throws(DigestError) in
      try add(UnsafeRawBufferPointer(bytes))
    }
  }

  /// The digest of all that was added, as 64 hexadecimal digits. Nothing can be added after that.
  func finish() throws(DigestError) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_DigestFinal_ex(context, &digest, &length) == 1 else { throw DigestError() }
    return digest[..<Int(length)].map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// The digest of a file, which is read piece by piece, so that none of it stays in memory.
  ///
  /// - Parameter progress: is told how many bytes are done.
  /// - Returns: 64 hexadecimal digits.
  static func sha256(ofFile path: String, progress: (Int) throws -> Void) throws -> String {
    let file = try InputFile(path)
    let digest = try InputDigest()
    var piece: [UInt8] = []
    var done = 0
    var mayHaveMore = true
    while mayHaveMore {
      piece.removeAll(keepingCapacity: true)
      mayHaveMore = try file.read(1 << 20, into: &piece)
      try digest.add(piece)
      done += piece.count
      try progress(done)
    }
    return try digest.finish()
  }

  /// OpenSSL was built without the digest, or ran out of memory.
  struct DigestError: Error, CustomStringConvertible {
    var description: String { "OpenSSL cannot compute a SHA-256" }
  }
}
