package handgrad.kernel.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.runtime.VectorSupport.Choice;
import org.junit.jupiter.api.Test;

class VectorSupportTest {
    @Test
    void takesTheWidestUpTo512BitsByDefault() {
        assertThat(VectorSupport.choose(null, 256, true)).isEqualTo(new Choice(256, ""));
        assertThat(VectorSupport.choose(null, 2048, true)).isEqualTo(new Choice(512, ""));
    }

    @Test
    void takesTheWidthAskedFor() {
        assertThat(VectorSupport.choose("128", 512, true)).isEqualTo(new Choice(128, "-Dhandgrad.vector=128"));
        assertThat(VectorSupport.choose("off", 512, true)).isEqualTo(new Choice(0, "-Dhandgrad.vector=off"));
    }

    @Test
    void refusesAWidthTheCpuDoesNotHave() {
        assertThat(VectorSupport.choose("512", 256, true))
                .isEqualTo(new Choice(256, "512 refused: this CPU has 256-bit vectors"));
    }

    @Test
    void refusesAValueItDoesNotKnow() {
        assertThat(VectorSupport.choose("wide", 256, true))
                .isEqualTo(new Choice(256, "handgrad.vector=wide refused: it may be off, 128, 256 or 512"));
    }

    @Test
    void isOffWithoutTheModule() {
        assertThat(VectorSupport.choose("256", 0, true))
                .isEqualTo(new Choice(
                        0, "module jdk.incubator.vector is missing: add --add-modules jdk.incubator.vector"));
    }

    @Test
    void isOffWithoutC2UnlessAskedFor() {
        assertThat(VectorSupport.choose(null, 256, false))
                .isEqualTo(new Choice(0, "this JVM does not compile with C2, so scalar code is faster"));
        assertThat(VectorSupport.choose("256", 256, false)).isEqualTo(new Choice(256, "-Dhandgrad.vector=256"));
    }

    @Test
    void describesThisJvm() {
        assertThat(VectorSupport.description())
                .contains(VectorSupport.ENABLED ? VectorSupport.BITS + "-bit float vectors" : "vectors off")
                .contains(VectorSupport.FMA ? ", fused multiply-add" : ", no fused multiply-add");
    }
}
