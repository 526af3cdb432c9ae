/// The version of graft, as `graft --version` prints it and manifests record it.
public let graftVersion = "0.1.0"
