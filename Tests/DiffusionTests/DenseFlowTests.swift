import Diffusion
import Foundation
import Testing
import Torch

@Suite struct DenseFlowTests {
    /// Random features, and the same moved by a number of cells, wrapping around.
    private func moved(_ right: Int, _ down: Int, side: Int = 16) throws -> (Tensor, Tensor) {
        let x = try Tensor.randn([2, 24, side, side], generator: Generator(seed: 1))
        func rolled(_ x: Tensor, _ count: Int, _ dim: Int) throws -> Tensor {
            let size = x.shape[dim]
            let start = (size - count) % size
            return try .cat(
                [x.sliced(dim, from: start, to: size), x.sliced(dim, from: 0, to: start)],
                along: dim)
        }
        return (x, try rolled(rolled(x, right, 3), down, 2))
    }

    @Test(arguments: [(0, 0), (3, 0), (0, 2), (5, 7)]) func aShiftIsFoundExactly(
        _ right: Int, _ down: Int
    ) throws {
        let (target, source) = try moved(right, down)
        let flow = try DenseFlow(target: target, source: source)
        let inside = try flow.cells[.all, .all, 0..<16 - down, 0..<16 - right]
        #expect(try (inside[.all, 0] - Double(right)).abs().max().item() == 0)
        #expect(try (inside[.all, 1] - Double(down)).abs().max().item() == 0)
        // And brings the source back, where it did not wrap around or even there.
        #expect(try (flow.warp(source) - target).abs().max().item() < 1e-5)
    }

    @Test func costsAreCosines() throws {
        let generator = try Generator(seed: 2)
        let target = try Tensor.randn([1, 5, 3, 4], generator: generator)
        let source = try Tensor.randn([1, 5, 2, 3], generator: generator)
        let volume = try DenseFlow.costVolume(target: target, source: source)
        #expect(volume.shape == [1, 6, 3, 4])
        let a = try target[0, .all, 2, 1]
        let b = try source[0, .all, 1, 2]
        let cosine = try ((a * b).sum() / (a.norm() * b.norm())).item()
        #expect(abs(try volume[0, 5, 2, 1].item() - cosine) < 1e-6)
    }

    @Test func ofEqualMatchesTheFirstIsTaken() throws {
        let flat = try Tensor.ones([1, 4, 3, 3])
        let flow = try DenseFlow(target: flat, source: flat)
        // Everything goes to the first cell.
        let across: [Float] = try flow.cells[0, 0].toArray()
        #expect(across == [0, -1, -2, 0, -1, -2, 0, -1, -2])
    }

    @Test func refinedMatchesLieBetweenCells() throws {
        // Similarities of every cell of a 5 x 4 target with all of the source: hills around places
        // between cells, one of them at a corner.
        let tops: [SIMD2<Double>] = (0..<20).map { (number: Int) -> SIMD2<Double> in
            SIMD2(0.4 + 0.19 * Double(number), 2.8 - 0.14 * Double(number))
        }
        var values: [Float] = []
        for cell in 0..<20 {
            for top in tops {
                let (x, y) = (Double(cell % 5) - top.x, Double(cell / 5) - top.y)
                values.append(Float(-0.05 * (x * x + y * y)))
            }
        }
        let volume = try Tensor(values, shape: [1, 20, 4, 5])
        let whole = try DenseFlow(costVolume: volume)
        let fine = try DenseFlow(costVolume: volume, temperature: 0.05)
        let flow: [Float] = try fine.cells.toArray()
        for (place, top) in tops.enumerated() {
            let own: [Float] = (0..<20).map { values[$0 * 20 + place] }
            let best = own.firstIndex(of: own.max() ?? 0) ?? 0
            var (total, across, down) = (0.0, 0.0, 0.0)
            for cell in 0..<20 {
                let (dx, dy) = (cell % 5 - best % 5, cell / 5 - best / 5)
                guard abs(dx) <= 1, abs(dy) <= 1 else { continue }
                let weight = exp(Double(own[cell]) / 0.05)
                total += weight
                across += weight * Double(cell % 5)
                down += weight * Double(cell / 5)
            }
            let x = Double(flow[place]) + Double(place % 5)
            let y = Double(flow[20 + place]) + Double(place / 5)
            #expect(abs(x - across / total) < 1e-5 && abs(y - down / total) < 1e-5)
            if (1...3).contains(top.x), (1...2).contains(top.y) {
                #expect(abs(x - top.x) < 0.2 && abs(y - top.y) < 0.2)
            }
        }
        let cold = try DenseFlow(costVolume: volume, temperature: 1e-4)
        #expect(try (cold.cells - whole.cells).abs().max().item() < 1e-3)
        #expect(try (fine.cells - whole.cells).abs().max().item() > 0.2)
    }

    @Test func aFlowOnAnotherGridMeansTheSame() throws {
        let cells = try Tensor.full([1, 2, 8, 8], 3)
        let fine = try DenseFlow(cells: cells).resized(to: [16, 32])
        #expect(fine.cells.shape == [1, 2, 16, 32])
        #expect(try (fine.cells[0, 0] - 12).abs().max().item() < 1e-5)
        #expect(try (fine.cells[0, 1] - 6).abs().max().item() < 1e-5)
    }

    @Test func mutualMatchesComeBack() throws {
        let (target, source) = try moved(3, 1)
        let there = try DenseFlow(target: target, source: source)
        let back = try DenseFlow(target: source, source: target)
        #expect(try there.cycleDistance(back).abs().max().item() < 1e-4)
        let nowhere = DenseFlow(cells: try back.cells.zerosLike())
        #expect(try there.cycleDistance(nowhere).max().item() > 3)
    }

    @Test func theMedianDropsASingleWrongMatch() throws {
        let cells = try Tensor.full([1, 2, 7, 7], 2)
        try cells[0, 0, 3, 3].fill(40)
        let smooth = try DenseFlow(cells: cells).median(side: 3)
        #expect(try (smooth.cells - 2).abs().max().item() == 0)
    }
}
