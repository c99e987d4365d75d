import Evaluation
import Images
import TestSupport
import Testing
import Torch

@Suite struct PictureMetricsTests {
    @Test func matchesScikitImage() throws {
        let fixture = try oracle()
        let (a, b) = try (fixture["pictures.a"], fixture["pictures.b"])
        #expect(try agree(psnr(a, b), fixture.doubles("pictures.psnr")))
        #expect(try agree(ssim(a, b), fixture.doubles("pictures.ssim")))
        // The check can fail: a window too many, or the sample covariance, changes the 4th digit.
        let shifted = try b.flipped([3])
        #expect(try !agree(ssim(a, shifted), fixture.doubles("pictures.ssim"), within: 1e-3))
    }

    @Test func weightsScoreARegion() throws {
        let fixture = try oracle()
        let (a, b) = try (fixture["pictures.a"], fixture["pictures.b"])
        let weights = try fixture["pictures.weights"]
        #expect(
            try agree(psnr(a, b, weights: weights), fixture.doubles("pictures.psnr_masked")))
        #expect(
            try agree(ssim(a, b, weights: weights), fixture.doubles("pictures.ssim_masked")))
        let everywhere = try Tensor.ones([1, 1, 40, 36])
        #expect(try agree(psnr(a, b, weights: everywhere), psnr(a, b)))
        // Outside the region anything may happen.
        let left = try Tensor.cat(
            [Tensor.ones([1, 1, 40, 20]), .zeros([1, 1, 40, 16])], along: 3)
        let spoilt = try Tensor.cat(
            [b.sliced(3, from: 0, to: 20), .ones([2, 3, 40, 16])], along: 3)
        #expect(try agree(psnr(a, b, weights: left), psnr(a, spoilt, weights: left)))
    }

    @Test func equalPicturesScoreBest() throws {
        let image = try Image(width: 16, height: 12, channels: 3) { out in
            for i in out.indices { out[i] = UInt8(truncatingIfNeeded: i * 37) }
        }
        #expect(try psnr(image, image) == .infinity)
        #expect(try abs(ssim(image, image) - 1) < 1e-12)
        var other = image
        other.withMutablePixels { $0[5] ^= 1 }
        // One sample of 576 is off by one of 255.
        #expect(try abs(psnr(image, other) - 75.7352) < 1e-3)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let a = try Tensor.zeros([1, 3, 8, 20])
        #expect(throws: EvaluationError.self) { try psnr(a, Tensor.zeros([1, 3, 8, 21])) }
        let error = #expect(throws: EvaluationError.self) { try ssim(a, a) }
        #expect(
            error.map { "\($0)" }
                == "pictures: expected a tensor of shape [B, C, 11 or more, 11 or more], "
                + "found [1, 3, 8, 20]")
        #expect(throws: EvaluationError.self) {
            try psnr(a, a, weights: Tensor.ones([1, 3, 8, 20]))
        }
    }
}
