package handgrad.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a crash leaves of a folder: the contents and names that were forced, and of the others what chance keeps. A name
 * is kept apart from the others, so a renamed file may come back under both of its names; no file system does worse.
 */
final class CrashDisk {
    /** A file or folder, whatever its names are. */
    static final class Node {
        private Path place;
        private final boolean isFolder;
        private boolean hasName = true;
        private byte[] forced = {};
        private final Map<String, Node> names = new TreeMap<>();
        private Map<String, Node> forcedNames = Map.of();

        private Node(Path place, boolean isFolder) {
            this.place = place;
            this.isFolder = isFolder;
        }
    }

    private final Path root;
    private final Node top;

    /** A disk on which all that is in a folder has been forced. */
    CrashDisk(Path root) {
        this.root = root;
        top = read(root);
    }

    private static Node read(Path place) {
        var node = new Node(place, Files.isDirectory(place));
        try {
            if (node.isFolder) {
                try (var entries = Files.newDirectoryStream(place)) {
                    entries.forEach(entry -> node.names.put(entry.getFileName().toString(), read(entry)));
                }
                node.forcedNames = Map.copyOf(node.names);
            } else {
                node.forced = Files.readAllBytes(place);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        return node;
    }

    /** The file or folder of this name. */
    Node node(Path place) {
        var node = top;
        for (var name : root.relativize(place)) {
            node = name.toString().isEmpty() ? node : Objects.requireNonNull(node.names.get(name.toString()));
        }
        return node;
    }

    /** Tells that a file or folder was made. */
    void created(Path place, boolean isFolder) {
        parent(place).names.put(name(place), new Node(place, isFolder));
    }

    /** Tells that a name is gone. */
    void deleted(Path place) {
        Objects.requireNonNull(parent(place).names.remove(name(place))).hasName = false;
    }

    /** Tells that a file was renamed, maybe in the place of another one. */
    void moved(Path from, Path to) {
        var node = Objects.requireNonNull(parent(from).names.remove(name(from)));
        var replaced = parent(to).names.put(name(to), node);
        if (replaced != null) {
            replaced.hasName = false;
        }
        node.place = to;
    }

    /** Tells that a file's content or a folder's names are on the disk now. */
    void forced(Node node) throws IOException {
        if (node.isFolder) {
            node.forcedNames = Map.copyOf(node.names);
        } else if (node.hasName) {
            node.forced = Files.readAllBytes(node.place);
        }
    }

    private Node parent(Path place) {
        return node(Objects.requireNonNull(place.getParent()));
    }

    private static String name(Path place) {
        return place.getFileName().toString();
    }

    /** Makes the folder what it is after a crash: with chance what was not forced is there, in part or not at all. */
    void crash(@Nullable SplittableRandom chance) throws IOException {
        var left = new TreeMap<Path, Node>();
        var contents = new TreeMap<Path, byte[]>();
        collect(root, top, chance, left, contents);
        try (var all = Files.walk(root)) {
            for (var each : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                if (!each.equals(root)) {
                    Files.delete(each);
                }
            }
        }
        for (var each : left.entrySet()) {
            if (each.getValue().isFolder) {
                Files.createDirectory(each.getKey());
            } else {
                Files.write(each.getKey(), Objects.requireNonNull(contents.get(each.getKey())));
            }
        }
    }

    private static void collect(
            Path place,
            Node folder,
            @Nullable SplittableRandom chance,
            Map<Path, Node> left,
            Map<Path, byte[]> contents)
            throws IOException {
        var all = new TreeSet<>(folder.names.keySet());
        all.addAll(folder.forcedNames.keySet());
        for (var name : all) {
            boolean isNow = chance != null && chance.nextBoolean();
            var node = (isNow ? folder.names : folder.forcedNames).get(name);
            if (node == null) {
                continue;
            }
            var path = place.resolve(name);
            left.put(path, node);
            if (node.isFolder) {
                collect(path, node, chance, left, contents);
            } else {
                contents.put(path, content(node, chance));
            }
        }
    }

    private static byte[] content(Node node, @Nullable SplittableRandom chance) throws IOException {
        if (chance == null || !node.hasName) {
            return node.forced;
        }
        byte[] now = Files.readAllBytes(node.place);
        if (Arrays.equals(now, node.forced)) {
            return now;
        }
        return switch (chance.nextInt(3)) {
            case 0 -> node.forced;
            case 1 -> Arrays.copyOf(now, chance.nextInt(now.length + 1));
            default -> now;
        };
    }
}
