package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineImportsTest {
    @Test
    void importsEachPackageBesideTheModule() {
        assertThat(EngineImports.all())
                .startsWith("import module handgrad; import handgrad.check.*;")
                .contains("import handgrad.nn.*;")
                .doesNotContain("registry");
        assertThat(EngineImports.completed("// of one's own\n  import  module handgrad ;\nvoid main() {}\n"))
                .startsWith("// of one's own\n  import  module handgrad ; import handgrad.check.*;")
                .endsWith(";\nvoid main() {}\n")
                .hasLineCount(3);
        assertThat(EngineImports.completed("// import module handgrad;\n")).isEqualTo("// import module handgrad;\n");
    }
}
