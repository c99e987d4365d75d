import Torch

/// REDUCE, BUILD and persistent ids: the instructions that call into Python, and here do not.
extension PickleMachine {
    mutating func rebuild(_ instruction: PickleInstruction) throws {
        if vocabulary == .arrays, instruction != .binPersistentID {
            return try rebuildNumPy(instruction)
        }
        switch instruction {
        case .reduce:
            let arguments = try pop()
            let callee = try pop()
            try push(call(callee, arguments))
        case .build: try build()
        default: try push(storage(try pop()))
        }
    }

    private mutating func call(
        _ callee: PickleValue, _ arguments: PickleValue
    ) throws -> PickleValue {
        guard case .global(let function, let name) = callee else {
            throw input.failure("REDUCE of a named function", describe(callee))
        }
        guard case .tuple(let values) = object(arguments) else {
            throw input.failure("a tuple of arguments for \(name)", describe(arguments))
        }
        switch (function, values.count) {
        case (.orderedDict, 0...1): return try orderedDictionary(values.first)
        case (.rebuildTensor, 4): return try tensor(values, dtype: nil)
        case (.rebuildTensorV2, 6...7):
            try checkPlain(hooks: values[5], metadata: values.count > 6 ? values[6] : .none)
            return try tensor(values, dtype: nil)
        case (.rebuildTensorV3, 7...8):
            try checkPlain(hooks: values[5], metadata: values.count > 7 ? values[7] : .none)
            guard case .global(.dtype(let dtype), _) = values[6] else {
                throw input.failure("a dtype for \(name)", describe(values[6]))
            }
            return try tensor(values, dtype: dtype)
        case (.rebuildParameter, 3), (.rebuildParameterWithState, 4):
            try checkPlain(hooks: values[2], metadata: .none)
            return try parameter(values)
        case (.size, 1):
            // Read again through `sizes`, so that it holds nothing but sizes.
            return try place(.tuple(sizes(values[0]).map { .integer($0) }))
        case (.device, 1...2):
            guard case .string(let device) = values[0] else {
                throw input.failure("a device's name", describe(values[0]))
            }
            return .string(device)
        default:
            throw input.failure(
                "a function that rebuilds tensors, with its arguments",
                "\(name) called with \(values.count)")
        }
    }

    /// Python 3 fills an empty one afterwards; Python 2 passed a list of [key, value] pairs.
    private mutating func orderedDictionary(_ pairs: PickleValue?) throws -> PickleValue {
        var items: [(key: PickleValue, value: PickleValue)] = []
        if let pairs {
            guard case .list(let list) = object(pairs) else {
                throw input.failure("a list of pairs for collections.OrderedDict", describe(pairs))
            }
            for pair in list {
                switch object(pair) {
                case .list(let two) where two.count == 2, .tuple(let two) where two.count == 2:
                    items.append((two[0], two[1]))
                default: throw input.failure("pairs for collections.OrderedDict", describe(pair))
                }
            }
        }
        return try place(.dictionary(items, isOrdered: true))
    }

    /// Backward hooks are code; metadata would say that the bytes are to be conjugated or negated.
    private func checkPlain(hooks: PickleValue, metadata: PickleValue) throws {
        for (value, what) in [(hooks, "backward hooks"), (metadata, "conjugation or negation")] {
            if case .none = value { continue }
            if case .dictionary(let items, _) = object(value), items.isEmpty { continue }
            throw input.failure("a tensor without \(what)", describe(value))
        }
    }

    /// (storage, offset, size, stride, …): checked against the storage before anyone reads it.
    private mutating func tensor(_ values: [PickleValue], dtype: DType?) throws -> PickleValue {
        guard case .storage(let storage) = object(values[0]) else {
            throw input.failure("a storage to make a tensor of", describe(values[0]))
        }
        guard let dtype = dtype ?? storage.dtype else {
            throw input.failure("a storage with a type", "torch.storage.UntypedStorage")
        }
        let shape = try sizes(values[2])
        let strides = try sizes(values[3])
        guard case .integer(let offset) = values[1], offset >= 0, shape.count == strides.count,
            let byteCount = checkedByteCount(shape, dtype.byteCount)
        else {
            throw input.failure(
                "an offset, and as many strides as sizes",
                "offset \(describe(values[1])), sizes \(shape), strides \(strides)")
        }
        let available = storage.bytes.count / dtype.byteCount
        var last = offset
        var overflow = false
        for (size, stride) in zip(shape, strides) where byteCount > 0 {
            let (step, tooFar) = (size - 1).multipliedReportingOverflow(by: stride)
            let (sum, carried) = last.addingReportingOverflow(step)
            last = sum
            overflow = overflow || tooFar || carried
        }
        guard !overflow, byteCount == 0 ? offset <= available : last < available else {
            throw input.failure(
                .storage(
                    key: storage.key, expected: "\(available) elements to hold its tensors",
                    found: "one with offset \(offset), sizes \(shape), strides \(strides)"))
        }
        var requiresGrad = false
        if values.count > 4 {
            guard case .bool(let flag) = values[4] else {
                throw input.failure("requires_grad as a bool", describe(values[4]))
            }
            requiresGrad = flag
        }
        let tensor = TorchTensor(
            storage: storage.key, dtype: dtype,
            byteOffset: storage.bytes.lowerBound + offset * dtype.byteCount, shape: shape,
            stride: strides, requiresGrad: requiresGrad)
        return try place(.tensor(tensor))
    }

    private mutating func parameter(_ values: [PickleValue]) throws -> PickleValue {
        guard case .tensor(var tensor) = object(values[0]), case .bool(let flag) = values[1] else {
            throw input.failure("a tensor and a bool for a parameter", describe(values[0]))
        }
        tensor.requiresGrad = flag
        return try place(.tensor(tensor))
    }

    /// A tuple or list of numbers that are not negative.
    private func sizes(_ value: PickleValue) throws -> [Int] {
        let items: [PickleValue]
        switch object(value) {
        case .tuple(let values), .list(let values): items = values
        default: throw input.failure("a tuple of sizes", describe(value))
        }
        guard items.count <= maximumRank else {
            throw input.failure("at most \(maximumRank) dimensions", "\(items.count)")
        }
        return try items.map {
            guard case .integer(let size) = $0, size >= 0 else {
                throw input.failure("sizes and strides that are not negative", describe($0))
            }
            return size
        }
    }

    /// `nn.Module.state_dict` hangs an attribute `_metadata` on its OrderedDict; it is dropped.
    private mutating func build() throws {
        let state = try pop()
        let target = try pop()
        try push(target)
        guard case .dictionary(_, isOrdered: true) = object(target) else {
            throw input.failure("BUILD of a collections.OrderedDict", describe(target))
        }
        guard case .dictionary(let attributes, _) = object(state),
            attributes.allSatisfy({
                if case .string("_metadata") = $0.key { true } else { false }
            })
        else {
            throw input.failure("no attribute but _metadata", describe(state))
        }
    }

    /// `('storage', type, key, location, numel)`, and before torch 1.6 a sixth, the view.
    private mutating func storage(_ id: PickleValue) throws -> PickleValue {
        guard vocabulary == .tensors, case .tuple(let values) = object(id),
            (5...6).contains(values.count),
            case .string("storage") = values[0], case .global(.storage(let dtype), _) = values[1],
            case .string(let key) = values[2], case .string = values[3],
            case .integer(let count) = values[4], count >= 0
        else {
            let found =
                if case .tuple(let values) = object(id) {
                    values.map(describe).joined(separator: ", ")
                } else { describe(id) }
            throw input.failure("a persistent id that names a storage", found)
        }
        let width = dtype?.byteCount ?? 1
        let (size, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow else { throw input.failure("a storage that fits in a file", "\(count)") }
        var bytes = 0..<size
        if values.count == 6, case .tuple(let view) = object(values[5]) {
            guard view.count == 3, case .integer(let offset) = view[1],
                case .integer(let length) = view[2], offset >= 0, length >= 0,
                offset <= count, length <= count - offset
            else { throw input.failure("a view within its storage", "another") }
            bytes = offset * width..<(offset + length) * width
        } else if values.count == 6 {
            guard case .none = values[5] else {
                throw input.failure("a view of a storage or None", describe(values[5]))
            }
        }
        if let known = storages[key], known.byteCount != size || known.width != width {
            throw input.failure(
                .storage(
                    key: key, expected: "\(known.byteCount) bytes everywhere", found: "\(size)"))
        }
        storages[key] = Storage(byteCount: size, width: width)
        return try place(.storage(StorageReference(key: key, dtype: dtype, bytes: bytes)))
    }

    /// A value in few words, for messages.
    func describe(_ value: PickleValue) -> String {
        switch value {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): "\(value)"
        case .bigInteger: "a huge number"
        case .number(let value): "\(value)"
        case .string(let value): quoted(value)
        case .bytes: "bytes"
        case .global(_, let name), .numPyGlobal(_, let name): name
        case .object(let place):
            switch objects[place] {
            case .tuple(let values): "a tuple of \(values.count)"
            case .list(let values): "a list of \(values.count)"
            case .dictionary(let items, _): "a dictionary of \(items.count)"
            case .storage: "a storage"
            case .tensor: "a tensor"
            case .numPy: "an array or its type"
            }
        }
    }
}
