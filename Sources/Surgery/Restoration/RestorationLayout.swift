internal import ByteIO

/// Where a model keeps what is needed to give back the one that it was made from.
///
///     graft-restore/restore.json        which rows are still there, and what is kept below
///     graft-restore/rows.safetensors    the rows that are not
///     graft-restore/headers/…           the headers of the weight files
///     graft-restore/files/…             configs and tokenizer
enum RestorationLayout {
  static let directory = "graft-restore"
  static let index = "restore.json"
  static let rows = "rows.safetensors"
  static let headers = "headers"
  static let files = "files"

  static let format = 1
}
