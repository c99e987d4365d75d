import Layers
import Torch

/// Convolution, batch normalisation and ReLU; keys `conv.weight`, `bn.*`.
struct InceptionConv {
    private let weight: Tensor
    private let bn: BatchNorm
    private let stride, padding: [Int]

    init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1,
        padding: Int = 0
    ) {
        self.init(
            scope, inputs, outputs, [kernel, kernel], stride: stride, padding: [padding, padding])
    }

    /// A kernel of `[1, n]` or `[n, 1]` that keeps the size.
    init(_ scope: Scope, _ inputs: Int, _ outputs: Int, along kernel: [Int]) {
        self.init(scope, inputs, outputs, kernel, stride: 1, padding: kernel.map { $0 / 2 })
    }

    private init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, _ kernel: [Int], stride: Int, padding: [Int]
    ) {
        weight = (scope / "conv").parameter(
            "weight", [outputs, inputs] + kernel, .kaimingUniform())
        bn = BatchNorm(scope / "bn", channels: outputs, eps: 1e-3)
        self.stride = [stride, stride]
        self.padding = padding
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let y = try Operator.convolution(x, weight, Tensor?.none, stride, padding, [1, 1], 1)
        return try relu(bn(y))
    }
}

/// Means over 3 x 3 whose padding does not count.
private func meanPooled(_ x: Tensor) throws -> Tensor {
    try avgPool2d(x, kernel: 3, stride: 1, padding: 1, countsPadding: false)
}

/// Applies layers one after another.
private func chain(_ x: Tensor, _ layers: InceptionConv...) throws -> Tensor {
    try layers.reduce(x) { try $1($0) }
}

/// 35 x 35 blocks: `Mixed_5b`, `Mixed_5c`, `Mixed_5d`.
struct InceptionA {
    let branch1x1, branch5x5_1, branch5x5_2, branchPool: InceptionConv
    let branch3x3dbl1, branch3x3dbl2, branch3x3dbl3: InceptionConv

    init(_ scope: Scope, _ inputs: Int, pool: Int) {
        branch1x1 = InceptionConv(scope / "branch1x1", inputs, 64, 1)
        branch5x5_1 = InceptionConv(scope / "branch5x5_1", inputs, 48, 1)
        branch5x5_2 = InceptionConv(scope / "branch5x5_2", 48, 64, 5, padding: 2)
        branch3x3dbl1 = InceptionConv(scope / "branch3x3dbl_1", inputs, 64, 1)
        branch3x3dbl2 = InceptionConv(scope / "branch3x3dbl_2", 64, 96, 3, padding: 1)
        branch3x3dbl3 = InceptionConv(scope / "branch3x3dbl_3", 96, 96, 3, padding: 1)
        branchPool = InceptionConv(scope / "branch_pool", inputs, pool, 1)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let parts = try [
            branch1x1(x), chain(x, branch5x5_1, branch5x5_2),
            chain(x, branch3x3dbl1, branch3x3dbl2, branch3x3dbl3), branchPool(meanPooled(x)),
        ]
        return try Tensor.cat(parts, along: 1)
    }
}

/// 35 x 35 to 17 x 17: `Mixed_6a`.
struct InceptionB {
    let branch3x3, branch3x3dbl1, branch3x3dbl2, branch3x3dbl3: InceptionConv

    init(_ scope: Scope, _ inputs: Int) {
        branch3x3 = InceptionConv(scope / "branch3x3", inputs, 384, 3, stride: 2)
        branch3x3dbl1 = InceptionConv(scope / "branch3x3dbl_1", inputs, 64, 1)
        branch3x3dbl2 = InceptionConv(scope / "branch3x3dbl_2", 64, 96, 3, padding: 1)
        branch3x3dbl3 = InceptionConv(scope / "branch3x3dbl_3", 96, 96, 3, stride: 2)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let parts = try [
            branch3x3(x), chain(x, branch3x3dbl1, branch3x3dbl2, branch3x3dbl3),
            maxPool2d(x, kernel: 3, stride: 2),
        ]
        return try Tensor.cat(parts, along: 1)
    }
}

/// 17 x 17 blocks with 7 x 7 kernels taken apart: `Mixed_6b` to `Mixed_6e`.
struct InceptionC {
    let branch1x1, branchPool: InceptionConv
    let branch7x7, branch7x7dbl: [InceptionConv]

    init(_ scope: Scope, _ width: Int) {
        let (row, column) = ([1, 7], [7, 1])
        branch1x1 = InceptionConv(scope / "branch1x1", 768, 192, 1)
        branch7x7 = [
            InceptionConv(scope / "branch7x7_1", 768, width, 1),
            InceptionConv(scope / "branch7x7_2", width, width, along: row),
            InceptionConv(scope / "branch7x7_3", width, 192, along: column),
        ]
        branch7x7dbl = [
            InceptionConv(scope / "branch7x7dbl_1", 768, width, 1),
            InceptionConv(scope / "branch7x7dbl_2", width, width, along: column),
            InceptionConv(scope / "branch7x7dbl_3", width, width, along: row),
            InceptionConv(scope / "branch7x7dbl_4", width, width, along: column),
            InceptionConv(scope / "branch7x7dbl_5", width, 192, along: row),
        ]
        branchPool = InceptionConv(scope / "branch_pool", 768, 192, 1)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let parts = try [
            branch1x1(x), branch7x7.reduce(x) { try $1($0) },
            branch7x7dbl.reduce(x) { try $1($0) }, branchPool(meanPooled(x)),
        ]
        return try Tensor.cat(parts, along: 1)
    }
}

/// 17 x 17 to 8 x 8: `Mixed_7a`.
struct InceptionD {
    let branch3x3, branch7x7x3: [InceptionConv]

    init(_ scope: Scope, _ inputs: Int) {
        branch3x3 = [
            InceptionConv(scope / "branch3x3_1", inputs, 192, 1),
            InceptionConv(scope / "branch3x3_2", 192, 320, 3, stride: 2),
        ]
        branch7x7x3 = [
            InceptionConv(scope / "branch7x7x3_1", inputs, 192, 1),
            InceptionConv(scope / "branch7x7x3_2", 192, 192, along: [1, 7]),
            InceptionConv(scope / "branch7x7x3_3", 192, 192, along: [7, 1]),
            InceptionConv(scope / "branch7x7x3_4", 192, 192, 3, stride: 2),
        ]
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let parts = try [
            branch3x3.reduce(x) { try $1($0) }, branch7x7x3.reduce(x) { try $1($0) },
            maxPool2d(x, kernel: 3, stride: 2),
        ]
        return try Tensor.cat(parts, along: 1)
    }
}

/// 8 x 8 blocks whose last kernels stand side by side: `Mixed_7b`, `Mixed_7c`.
struct InceptionE {
    enum Pooling { case mean, maximum }

    let branch1x1, branch3x3_1, branch3x3_2a, branch3x3_2b, branchPool: InceptionConv
    let branch3x3dbl1, branch3x3dbl2, branch3x3dbl3a, branch3x3dbl3b: InceptionConv
    let pooling: Pooling

    init(_ scope: Scope, _ inputs: Int, pooling: Pooling) {
        let (row, column) = ([1, 3], [3, 1])
        branch1x1 = InceptionConv(scope / "branch1x1", inputs, 320, 1)
        branch3x3_1 = InceptionConv(scope / "branch3x3_1", inputs, 384, 1)
        branch3x3_2a = InceptionConv(scope / "branch3x3_2a", 384, 384, along: row)
        branch3x3_2b = InceptionConv(scope / "branch3x3_2b", 384, 384, along: column)
        branch3x3dbl1 = InceptionConv(scope / "branch3x3dbl_1", inputs, 448, 1)
        branch3x3dbl2 = InceptionConv(scope / "branch3x3dbl_2", 448, 384, 3, padding: 1)
        branch3x3dbl3a = InceptionConv(scope / "branch3x3dbl_3a", 384, 384, along: row)
        branch3x3dbl3b = InceptionConv(scope / "branch3x3dbl_3b", 384, 384, along: column)
        branchPool = InceptionConv(scope / "branch_pool", inputs, 192, 1)
        self.pooling = pooling
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let single = try branch3x3_1(x)
        let double = try branch3x3dbl2(branch3x3dbl1(x))
        let pooled =
            switch pooling {
            case .mean: try meanPooled(x)
            case .maximum: try maxPool2d(x, kernel: 3, stride: 1, padding: 1)
            }
        let parts = try [
            branch1x1(x), branch3x3_2a(single), branch3x3_2b(single), branch3x3dbl3a(double),
            branch3x3dbl3b(double), branchPool(pooled),
        ]
        return try Tensor.cat(parts, along: 1)
    }
}
