import Torch

/// Runs the part of Python's pickle language that can only rebuild tensors, or arrays.
///
/// The checks are in the reader itself, so there is no second parser to disagree with. Work and
/// memory are bounded by the limits below; nothing recurses on the input. Only bytes from
/// ``PickleInput`` are read, and no object of Python's is ever made.
struct PickleMachine {
    var input: PickleInput
    private(set) var objects: [PickleObject] = []
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// The storages that were named, with their sizes in bytes and those of their elements.
    var storages: [String: Storage] = [:]
    /// Which Python objects may be named.
    let vocabulary: PickleVocabulary

    /// A tensor takes about 45 instructions and 5 objects; the largest real files have some 20,000.
    static let maximumInstructions = 10_000_000
    static let maximumObjects = 2_000_000
    static let maximumStack = 1_000_000

    /// What persistent ids promise of a storage.
    struct Storage {
        let byteCount: Int
        let width: Int
    }

    init(_ input: PickleInput, _ vocabulary: PickleVocabulary) {
        self.input = input
        self.vocabulary = vocabulary
    }

    /// Runs to STOP and returns what is left on the stack, which must be one value.
    mutating func run() throws -> PickleValue {
        for _ in 0..<Self.maximumInstructions {
            let code = try input.byte()
            guard let instruction = PickleInstruction(rawValue: code),
                vocabulary == .arrays || instruction != .newObject
            else {
                throw try refusal(of: code)
            }
            if instruction == .stop {
                guard stack.count == 1, marks.isEmpty, let result = stack.popLast() else {
                    throw input.failure("one value at STOP", "\(stack.count)")
                }
                return result
            }
            try step(instruction)
        }
        throw input.failure(
            .tooMany(
                "pickle instructions", found: Self.maximumInstructions + 1,
                limit: Self.maximumInstructions))
    }

    private mutating func step(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .proto:
            let version = try input.byte()
            guard (2...5).contains(version) else {
                throw input.failure("pickle protocol 2 to 5", "\(version)")
            }
        case .frame:
            // Only a hint for buffering, but a promise beyond the end is a lie.
            try input.checkRemaining(try input.integer(8))
        case .stop: break
        case .mark: marks.append(stack.count)
        case .append, .appends: try append(instruction == .append ? [try pop()] : try popToMark())
        case .setItem: try setItems([try pop(), try pop()].reversed())
        case .setItems: try setItems(try popToMark())
        case .reduce, .build, .newObject, .binPersistentID: try rebuild(instruction)
        case .global, .stackGlobal: try push(global(instruction))
        case .binPut, .longBinPut, .memoize, .binGet, .longBinGet: try remember(instruction)
        default: try push(literal(instruction))
        }
    }

    /// Values that carry their own bytes, and fresh containers.
    private mutating func literal(_ instruction: PickleInstruction) throws -> PickleValue {
        switch instruction {
        case .none: .none
        case .newTrue: .bool(true)
        case .newFalse: .bool(false)
        case .binInt: .integer(Int(Int32(truncatingIfNeeded: try input.integer(4))))
        case .binInt1: .integer(try input.integer(1))
        case .binInt2: .integer(try input.integer(2))
        case .long1: try Self.long(input.take(input.integer(1)))
        case .binFloat:
            .number(
                Double(bitPattern: try input.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }))
        case .shortBinString: try string(input.integer(1))
        case .binString: try string(input.integer(4))
        case .shortBinUnicode: .string(try input.text(try input.integer(1)))
        case .binUnicode: .string(try input.text(try input.integer(4)))
        case .binUnicode8: .string(try input.text(try input.integer(8)))
        case .shortBinBytes: .bytes(try input.take(try input.integer(1)))
        case .binBytes: .bytes(try input.take(try input.integer(4)))
        case .emptyDictionary: try place(.dictionary([], isOrdered: false))
        case .emptyList: try place(.list([]))
        case .emptyTuple: try place(.tuple([]))
        case .tuple: try place(.tuple(try popToMark()))
        case .tuple1: try place(.tuple([try pop()]))
        case .tuple2: try place(.tuple([try pop(), try pop()].reversed()))
        case .tuple3: try place(.tuple([try pop(), try pop(), try pop()].reversed()))
        default: throw input.failure("an instruction", "\(instruction)")
        }
    }

    /// Python 2's one type for text and bytes: in pickles of arrays it holds their elements, too.
    private mutating func string(_ count: Int) throws -> PickleValue {
        guard vocabulary == .arrays else { return .string(try input.text(count)) }
        let bytes = try input.take(count)
        return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
    }

    /// Two's complement, little-endian, as Python writes whole numbers beyond 32 bits.
    private static func long(_ bytes: [UInt8]) -> PickleValue {
        guard bytes.count <= 8 else { return .bigInteger(bytes) }
        let fill: UInt8 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : 0xFF
        let padded = bytes + [UInt8](repeating: fill, count: 8 - bytes.count)
        return .integer(
            Int(Int64(bitPattern: padded.reversed().reduce(0) { $0 << 8 | UInt64($1) })))
    }

    /// An allowed Python name; any other ends the reading.
    private mutating func global(_ instruction: PickleInstruction) throws -> PickleValue {
        let module: String
        let name: String
        if instruction == .global {
            (module, name) = (try input.line(), try input.line())
        } else {
            guard case .string(let second) = try pop(), case .string(let first) = try pop() else {
                throw input.failure("two strings for STACK_GLOBAL", "something else")
            }
            (module, name) = (first, second)
        }
        let full = "\(module).\(name)"
        if vocabulary == .arrays {
            guard let global = NumPyGlobal(module: module, name: name) else {
                throw input.failure(.forbiddenObject(full))
            }
            return .numPyGlobal(global, name: full)
        }
        guard let global = TorchGlobal(module: module, name: name) else {
            throw input.failure(.forbiddenObject(full))
        }
        return .global(global, name: full)
    }

    private mutating func remember(_ instruction: PickleInstruction) throws {
        switch instruction {
        case .binGet, .longBinGet:
            let place = try input.integer(instruction == .binGet ? 1 : 4)
            guard let value = memo[place] else {
                throw input.failure("a value remembered as \(place)", "none")
            }
            try push(value)
        default:
            let place =
                switch instruction {
                case .binPut: try input.integer(1)
                case .longBinPut: try input.integer(4)
                default: memo.count
                }
            guard let value = stack.last, stack.count > marks.last ?? 0 else {
                throw input.failure("a value to remember", "an empty stack")
            }
            memo[place] = value
            guard memo.count <= Self.maximumObjects else {
                throw input.failure(
                    .tooMany(
                        "remembered values in a pickle", found: memo.count,
                        limit: Self.maximumObjects))
            }
        }
    }

    /// Says what a forbidden instruction was after, where it tells.
    private mutating func refusal(of code: UInt8) throws -> CheckpointError {
        let offset = input.offset - 1
        var name = PickleInstruction.name(ofForbidden: code)
        if name == "INST", let module = try? input.line(), let object = try? input.line() {
            name += " of \(shortened("\(module).\(object)"))"
        }
        return input.failure(.forbiddenInstruction(name, offset: offset))
    }
}

/// The stack and the arena.
extension PickleMachine {
    mutating func push(_ value: PickleValue) throws {
        guard stack.count < Self.maximumStack else {
            throw input.failure(
                .tooMany(
                    "values on the pickle's stack", found: stack.count + 1,
                    limit: Self.maximumStack))
        }
        stack.append(value)
    }

    /// Values below the last mark are out of reach, as in Python.
    mutating func pop() throws -> PickleValue {
        guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
            throw input.failure("a value on the stack", "none")
        }
        return value
    }

    mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw input.failure("a mark", "none") }
        let values = Array(stack[mark...])
        stack.removeLast(values.count)
        return values
    }

    /// Puts an object into the arena.
    mutating func place(_ object: PickleObject) throws -> PickleValue {
        guard objects.count < Self.maximumObjects else {
            throw input.failure(
                .tooMany(
                    "objects in a pickle", found: objects.count + 1,
                    limit: Self.maximumObjects))
        }
        objects.append(object)
        return .object(objects.count - 1)
    }

    /// Gives an array's object, which is in the arena already, its state.
    mutating func replace(_ place: Int, with object: NumPyObject) {
        objects[place] = .numPy(object)
    }

    func object(_ value: PickleValue) -> PickleObject? {
        guard case .object(let place) = value else { return nil }
        return objects[place]
    }

    /// The list or dictionary that APPEND and SETITEM fill, left on the stack.
    private func top() -> Int? {
        guard stack.count > marks.last ?? 0, case .object(let place) = stack.last else {
            return nil
        }
        return place
    }

    private mutating func append(_ values: [PickleValue]) throws {
        guard let place = top(), case .list(var items) = objects[place] else {
            throw input.failure("a list to append to", "something else")
        }
        objects[place] = .list([])  // so that the array is not shared while it grows
        items.append(contentsOf: values)
        objects[place] = .list(items)
    }

    private mutating func setItems(_ values: [PickleValue]) throws {
        guard let place = top(), case .dictionary(var items, let isOrdered) = objects[place] else {
            throw input.failure("a dictionary to fill", "something else")
        }
        guard values.count.isMultiple(of: 2) else {
            throw input.failure("a value for every key", "an odd number")
        }
        objects[place] = .list([])
        for k in stride(from: 0, to: values.count, by: 2) {
            items.append((values[k], values[k + 1]))
        }
        objects[place] = .dictionary(items, isOrdered: isOrdered)
    }
}
