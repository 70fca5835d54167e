package handgrad.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** An open file or folder of a {@link FaultyFileSystem}. */
final class FaultyChannel extends FileChannel {
    private final FaultyFileSystem fileSystem;
    private final CrashDisk.Node node;
    private final FileChannel real;

    FaultyChannel(FaultyFileSystem fileSystem, CrashDisk.Node node, FileChannel real) {
        this.fileSystem = fileSystem;
        this.node = node;
        this.real = real;
    }

    private interface Write {
        int of(ByteBuffer bytes) throws IOException;
    }

    private int write(ByteBuffer source, Write write) throws IOException {
        int taken = fileSystem.plan().write(source.remaining());
        int limit = source.limit();
        try {
            return write.of(source.limit(source.position() + taken));
        } finally {
            source.limit(limit);
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return write(source, real::write);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        return write(source, bytes -> real.write(bytes, position));
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        fileSystem.plan().operation();
        return real.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        fileSystem.plan().operation();
        return real.read(target, position);
    }

    @Override
    public long position() throws IOException {
        fileSystem.plan().operation();
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        fileSystem.plan().operation();
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        fileSystem.plan().operation();
        return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        fileSystem.plan().operation();
        real.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        fileSystem.plan().operation();
        fileSystem.disk().forced(node);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        // In any case: the test goes on in the process that is said to be dead.
        real.close();
        fileSystem.plan().operation();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
