package handgrad.io;

import static handgrad.io.FaultyFileSystem.unwrap;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations of a {@link FaultyFileSystem}: each asks the plan, is done, and is told to the disk. */
final class FaultyProvider extends FileSystemProvider {
    private final FaultyFileSystem fileSystem;

    FaultyProvider(FaultyFileSystem fileSystem) {
        this.fileSystem = fileSystem;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        var real = unwrap(path);
        boolean creates =
                (options.contains(StandardOpenOption.CREATE) || options.contains(StandardOpenOption.CREATE_NEW))
                        && !Files.exists(real);
        if (creates) {
            fileSystem.plan().creation();
        } else {
            fileSystem.plan().operation();
        }
        var channel = FileChannel.open(real, options, attributes);
        if (creates) {
            fileSystem.disk().created(real, false);
        }
        return new FaultyChannel(fileSystem, fileSystem.disk().node(real), channel);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options, attributes);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        fileSystem.plan().creation();
        Files.createDirectory(unwrap(folder), attributes);
        fileSystem.disk().created(unwrap(folder), true);
    }

    @Override
    public void delete(Path path) throws IOException {
        fileSystem.plan().operation();
        Files.delete(unwrap(path));
        fileSystem.disk().deleted(unwrap(path));
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        fileSystem.plan().operation();
        Files.move(unwrap(source), unwrap(target), options);
        fileSystem.disk().moved(unwrap(source), unwrap(target));
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        fileSystem.plan().operation();
        var real = unwrap(folder);
        var entries = real.getFileSystem()
                .provider()
                .newDirectoryStream(real, entry -> filter.accept(fileSystem.wrap(entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                var iterator = entries.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return iterator.hasNext();
                    }

                    @Override
                    public Path next() {
                        return fileSystem.wrap(iterator.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                entries.close();
            }
        };
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        fileSystem.plan().operation();
        unwrap(path).getFileSystem().provider().checkAccess(unwrap(path), modes);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        fileSystem.plan().operation();
        return Files.readAttributes(unwrap(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        fileSystem.plan().operation();
        return Files.readAttributes(unwrap(path), attributes, options);
    }

    @Override
    public <V extends FileAttributeView> @Nullable V getFileAttributeView(
            Path path, Class<V> type, LinkOption... options) {
        return Files.getFileAttributeView(unwrap(path), type, options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        fileSystem.plan().operation();
        return Files.isSameFile(unwrap(one), unwrap(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        fileSystem.plan().operation();
        return Files.isHidden(unwrap(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        fileSystem.plan().operation();
        return Files.getFileStore(unwrap(path));
    }

    @Override
    public String getScheme() {
        return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
        throw new UnsupportedOperationException();
    }
}
