import Testing
import World

@Suite struct MemberNameTests {
    /// What `webdataset` 1.0.2 says: `base_plus_ext`, and the names that `tar_file_iterator` skips.
    @Test(arguments: [
        ("000000001.png", "000000001", "png"), ("a.flow.bin", "a", "flow.bin"),
        ("b/c.d/e.f.G", "b/c.d/e", "f.g"), ("./a.x", "./a", "x"), ("b/__a.x", "b/__a", "x"),
        ("__meta__.json", "__meta__", "json"), ("b/__c__/a.x", "b/__c__/a", "x"),
    ])
    func partsAtTheFirstDotOfTheLastComponent(name: String, key: String, suffix: String) {
        let parts = MemberName.parts(name)
        #expect(parts?.key == key)
        #expect(parts?.suffix == suffix)
    }

    @Test(arguments: [
        "README", "a.b/c", ".hidden", "a/._b.png", "a.", "__meta__/a.x", "__a.b__", "",
    ])
    func passesOverWhatIsNoMember(name: String) {
        #expect(MemberName.parts(name) == nil)
    }
}
