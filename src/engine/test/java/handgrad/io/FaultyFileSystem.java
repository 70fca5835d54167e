package handgrad.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The default file system over one folder, with faults: operations fail as a {@link FaultPlan} says, and a crash
 * forgets what was not forced. Forcing itself does nothing, so that tests are quick.
 */
final class FaultyFileSystem extends FileSystem {
    private final Path root;
    private final FaultPlan plan = new FaultPlan();
    private final FaultyProvider provider = new FaultyProvider(this);
    private CrashDisk disk;

    /** One over a folder of the default file system, all of which counts as forced. */
    FaultyFileSystem(Path root) {
        this.root = root.toAbsolutePath();
        disk = new CrashDisk(this.root);
    }

    /** The folder in this file system. */
    Path root() {
        return wrap(root);
    }

    FaultPlan plan() {
        return plan;
    }

    CrashDisk disk() {
        return disk;
    }

    /** The machine stops and starts again: by chance what was not forced is there or not, without chance never. */
    void crash(@Nullable SplittableRandom chance) throws IOException {
        plan.disarm();
        disk.crash(chance);
        disk = new CrashDisk(root);
    }

    Path wrap(Path real) {
        return new FaultyPath(this, real);
    }

    static Path unwrap(Path path) {
        return ((FaultyPath) path).real();
    }

    @Override
    public FaultyProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return root.getFileSystem().getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return StreamSupport.stream(root.getFileSystem().getRootDirectories().spliterator(), false)
                .map(this::wrap)
                .toList();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return root.getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrap(root.getFileSystem().getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String pattern) {
        var matcher = root.getFileSystem().getPathMatcher(pattern);
        return path -> matcher.matches(unwrap(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
