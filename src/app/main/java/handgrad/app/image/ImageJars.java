package handgrad.app.image;

import handgrad.app.command.WrongInputException;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The jars that an image is made of.
 *
 * @param modules the folder of those that every command needs
 * @param diagram the folder of those that diagrams need as well
 * @param natives the jars of native libraries; none where there is no library for this kind of machine
 */
record ImageJars(Path modules, Path diagram, List<Path> natives) {
    /**
     * What the JDK has beside that which the modules name: all of Java SE for programs of a user's own, reading jars
     * for the compiler, and character sets of terminals.
     */
    private static final List<String> BESIDES = List.of("java.se", "jdk.charsets", "jdk.incubator.vector", "jdk.zipfs");

    /**
     * The jars of a JVM that the launcher started.
     *
     * @param modulePath its module path: the folders {@link #modules} and {@link #diagram}
     * @param classPath its class path: the native libraries
     */
    static ImageJars ofPaths(String modulePath, String classPath) {
        var folders = paths(modulePath).filter(Files::isDirectory).toList();
        if (folders.size() != 2 || !Files.exists(folders.getFirst().resolve(ImageLayout.APPLICATION))) {
            throw new WrongInputException(
                    "an image is made of the jars that the launcher builds: run ./handgrad image in a checkout");
        }
        var natives = paths(classPath).filter(Files::isRegularFile).toList();
        return new ImageJars(folders.getFirst(), folders.getLast(), natives);
    }

    private static Stream<Path> paths(String list) {
        return Arrays.stream(list.split(File.pathSeparator))
                .filter(path -> !path.isEmpty())
                .map(Path::of);
    }

    /** The modules of the JDK that the runtime needs. */
    Set<String> ofJdk() {
        var jdk = names(ModuleFinder.ofSystem().findAll().stream());
        return Stream.concat(
                        ModuleFinder.of(modules, diagram).findAll().stream()
                                .flatMap(module -> module.descriptor().requires().stream())
                                .map(Requires::name)
                                .filter(jdk::contains),
                        BESIDES.stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(Stream<ModuleReference> modules) {
        return modules.map(module -> module.descriptor().name()).collect(Collectors.toSet());
    }

    /** Copies the jars into an image. */
    void copyTo(ImageLayout image) throws IOException {
        copy(jars(modules), image.modules());
        copy(jars(diagram), image.diagram());
        copy(natives, image.natives());
    }

    private static List<Path> jars(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void copy(List<Path> files, Path folder) throws IOException {
        Files.createDirectory(folder);
        for (var file : files) {
            Files.copy(file, folder.resolve(file.getFileName()));
        }
    }
}
