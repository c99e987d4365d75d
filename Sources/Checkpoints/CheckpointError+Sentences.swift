import Foundation

extension CheckpointError.Problem {
    /// The end of a sentence that starts with the file's name and a colon.
    var sentence: String {
        switch self {
        case .system("open it", ENOENT):
            "expected a file to open, found none of this name; check the path"
        case .system(let doing, let code):
            "could not \(doing), the system says \(String(cString: strerror(code))) (errno \(code))"
        case .notARegularFile:
            "expected a plain file, found a folder, pipe or device; name the weight file itself"
        case .changedWhileReading:
            "the file changed while being read; wait until it is written completely and try again"
        case .format(let expected, let found):
            "expected \(expected), found \(found.phrase); \(found.advice)"
        case .headerLength(let length, let size):
            "expected the first 8 bytes to give a header length of 2...100000000 bytes that fits "
                + "in the file, found \(length) in a file of \(size) bytes; the download may be "
                + "incomplete or not a safetensors file"
        case .json(let offset, let expected, let found):
            "expected \(expected), found \(found) at byte \(offset) of the JSON; write the file "
                + "again with an official safetensors library"
        case .tensor(let name, let expected, let found):
            "tensor \(quoted(name)): expected \(expected), found \(found)"
        case .layout(let expected, let found):
            "expected \(expected), found \(found); the file is damaged or incomplete, fetch it "
                + "again"
        case .missingTensor(let name):
            "expected a tensor named \(quoted(name)), found none; `likeness model info --tensors` lists them"
        case .missingShards(let names):
            "expected these files beside the index, found none of them: "
                + "\(listed(names)); fetch the missing parts"
        case .index(let key, let expected, let found):
            "index entry \(quoted(key)): expected \(expected), found \(found)"
        case .zip(let member, let expected, let found):
            "zip archive\(member.isEmpty ? "" : ", member \(quoted(member))"): expected "
                + "\(expected), found \(found); save it again with torch.save, or convert it to "
                + "safetensors"
        case .forbiddenObject(let name):
            "refuses to load because it names the Python object \(shortened(name)), which no "
                + "tensor needs and which could run code; in Python, where you trust the file, "
                + "save only its state_dict, best as safetensors"
        case .forbiddenInstruction(let name, let offset):
            "refuses to load because byte \(offset) of its pickle is the instruction \(name), "
                + "which no state dictionary needs; in Python, where you trust the file, save "
                + "only its state_dict, best as safetensors"
        case .pickle(let offset, let expected, let found):
            "expected \(expected), found \(found) at byte \(offset) of the pickle; the file is "
                + "damaged or was not written by torch.save"
        case .storage(let key, let expected, let found):
            "storage \(quoted(key)): expected \(expected), found \(found)"
        case .tooMany(let what, let found, let limit):
            "expected at most \(limit) \(what), found \(found); no real checkpoint needs that many"
        case .cannotWrite(let what, let reason):
            "cannot write \(what), because \(reason)"
        }
    }
}

/// Text from a file made fit for one line of a message: quoted, escaped, at most 200 characters.
package func quoted(_ text: String) -> String { "\"\(shortened(text))\"" }

/// Control characters escaped, since a hostile name must not drive the reader's terminal.
package func shortened(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
        if count == 200 { return result + "…" }
        let isControl = scalar.properties.generalCategory == .control
        let isInvisible = scalar.properties.generalCategory == .format
        result += isControl || isInvisible ? scalar.escaped(asASCII: true) : String(scalar)
        count += 1
    }
    return result
}

/// The first ten of a list, and how many more there are.
package func listed(_ names: [String]) -> String {
    let shown = names.prefix(10).map(shortened).joined(separator: ", ")
    return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
}
