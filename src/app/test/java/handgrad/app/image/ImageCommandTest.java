package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.CommandResult;
import handgrad.app.command.WrongInputException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCommandTest {
    private static final String JARS =
            "an image is made of the jars that the launcher builds: run ./handgrad image in a checkout";

    @TempDir
    private Path folder;

    @Test
    void anImageMakesNoImageAndMeasuresNothing() {
        System.setProperty(ImageLayout.PROPERTY, folder.toString());
        try {
            assertThat(image("new"))
                    .isEqualTo(new CommandResult(
                            2,
                            "",
                            "handgrad: an image makes no image: run ./handgrad image in a checkout of handgrad, which"
                                    + " has the JDK, or copy this folder\n"));
            assertThat(CommandResult.of("bench", "step"))
                    .isEqualTo(new CommandResult(
                            2,
                            "",
                            "handgrad: bench needs a checkout of handgrad, with a JDK and Maven: it builds the"
                                    + " benchmarks, which are no part of an image\n"));
        } finally {
            System.clearProperty(ImageLayout.PROPERTY);
        }
    }

    @Test
    void keepsAFolderThatIsNoImage() throws Exception {
        var kept =
                Files.writeString(Files.createDirectory(folder.resolve("mine")).resolve("file"), "mine");
        assertThat(image("mine"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --out: " + folder.resolve("mine")
                                + " exists and is no image of handgrad; name another folder, or remove it\n"));
        assertThat(image("mine/file").err()).contains(" exists and is no image of handgrad; ");
        assertThat(kept).hasContent("mine");
    }

    @Test
    void refusesAPlaceWhereNothingCanBeMade() throws Exception {
        assertThat(image("none/new"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: --out: there is no folder " + folder.resolve("none") + "\n"));
        assertThat(CommandResult.of("image", "--out", ""))
                .isEqualTo(new CommandResult(2, "", "handgrad: --out is empty; name a file or folder\n"));
        var archive = Files.createDirectory(folder.resolve("new.tar.gz"));
        assertThat(image("new"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: --out: " + archive
                                + ", where the archive is to stand, is a folder; name another folder\n"));
    }

    @Test
    void refusesTooLittleRoom() {
        assertThatThrownBy(() -> ImageCommand.requireRoom(folder, 12_400_000, 600_000_000))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + folder + " has 12 MB of room, and making an image takes up to 600 MB; make"
                        + " room, or name a folder on another disk");
    }

    @Test
    void wantsTheFoldersOfTheLauncher() throws Exception {
        var modules = Files.createDirectory(folder.resolve("modules"));
        var diagram = Files.createDirectory(folder.resolve("diagram"));
        var path = modules + File.pathSeparator + diagram;
        assertThatThrownBy(() -> ImageJars.ofPaths(path, ""))
                .isInstanceOf(WrongInputException.class)
                .hasMessage(JARS);
        Files.createFile(modules.resolve("handgrad-app.jar"));
        assertThatThrownBy(() -> ImageJars.ofPaths(modules.toString(), ""))
                .isInstanceOf(WrongInputException.class)
                .hasMessage(JARS);
        var library = Files.createFile(folder.resolve("library.jar"));
        assertThat(ImageJars.ofPaths(path, library + File.pathSeparator + folder.resolve("none")))
                .isEqualTo(new ImageJars(modules, diagram, List.of(library)));
    }

    private CommandResult image(String name) {
        return CommandResult.of("image", "--out", folder.resolve(name).toString());
    }
}
