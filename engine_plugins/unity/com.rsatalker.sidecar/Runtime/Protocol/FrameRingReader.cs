// Copyright RSATalker contributors. Licensed under the Apache License, Version 2.0.

using System;

namespace RsaTalker.Sidecar.Protocol
{
    /// <summary>
    /// Reads the newest frame of one head. Never blocks; no garbage once frames keep their size. One thread.
    /// </summary>
    public sealed class FrameRingReader : IDisposable
    {
        private const int Attempts = 2; // copies before the caller keeps the previous frame
        private const int CrcFirst = FrameSlotLayout.FrameNumber;
        private const int CrcBytes = FrameSlotLayout.HeaderCrc32 - CrcFirst;

        private readonly byte[] _header = new byte[FrameSlotLayout.SizeBytes];
        private ulong _lastRead;

        /// <summary>State, heartbeat and expression space of the region.</summary>
        public SlotRing Ring { get; private set; }

        /// <summary>Opens the region of one head's frames.</summary>
        /// <exception cref="RegionException">It is missing, of another version or malformed.</exception>
        public FrameRingReader(string name)
        {
            Ring = new SlotRing(name, RegionKind.Frames, false);
        }

        /// <summary>Lets go of the memory. Can be called twice.</summary>
        public void Dispose()
        {
            Ring.Dispose();
        }

        /// <summary>Copies the newest frame if it is newer than the last one read; false: keep what you have.</summary>
        /// <exception cref="RegionException">The slot is malformed; nothing outside it was touched.</exception>
        public bool ReadLatest(Frame frame)
        {
            for (var attempt = 0; attempt < Attempts; ++attempt)
            {
                if (!Ring.HasSettled())
                {
                    continue;
                }
                var number = Ring.Latest;
                if (number == 0 || number == _lastRead)
                {
                    return false;
                }
                long slot;
                ulong sequence;
                if (Ring.BeginRead(number, out slot, out sequence) && CopyWhole(slot, sequence, frame))
                {
                    _lastRead = number;
                    return true;
                }
            }
            return false;
        }

        private bool CopyWhole(long slot, ulong sequence, Frame frame)
        {
            try
            {
                Copy(slot, frame);
            }
            catch (RegionException)
            {
                if (Ring.EndRead(slot, sequence))
                {
                    throw;
                }
                return false;
            }
            return Ring.EndRead(slot, sequence);
        }

        private void Copy(long slot, Frame frame)
        {
            var region = Ring.Region;
            region.Read(slot, _header, 0, _header.Length);
            CheckHeader();
            frame.FrameNumber = BitConverter.ToUInt64(_header, FrameSlotLayout.FrameNumber);
            frame.UtteranceId = BitConverter.ToUInt64(_header, FrameSlotLayout.UtteranceId);
            frame.TimelineUs = BitConverter.ToInt64(_header, FrameSlotLayout.TimelineUs);
            frame.MediaUs = BitConverter.ToInt64(_header, FrameSlotLayout.MediaUs);
            frame.PoseId = BitConverter.ToUInt64(_header, FrameSlotLayout.PoseId);
            frame.RequestedNs = BitConverter.ToInt64(_header, FrameSlotLayout.RequestedNs);
            frame.RenderedNs = BitConverter.ToInt64(_header, FrameSlotLayout.RenderedNs);
            frame.PublishedNs = BitConverter.ToInt64(_header, FrameSlotLayout.PublishedNs);
            frame.Width = (int)UInt32(FrameSlotLayout.Width);
            frame.Height = (int)UInt32(FrameSlotLayout.Height);
            frame.Layers = (int)UInt32(FrameSlotLayout.Layers);
            frame.Format = (PixelFormat)UInt32(FrameSlotLayout.Format);
            frame.Flags = (FrameFlags)UInt32(FrameSlotLayout.Flags);
            region.Read(slot + FrameSlotLayout.WorldFromHead, frame.WorldFromHead, 0, frame.WorldFromHead.Length);
            for (var layer = 0; layer < frame.Layers; ++layer)
            {
                frame.Views[layer].Read(region, slot + FrameSlotLayout.Views + layer * ViewLayout.SizeBytes);
            }
            frame.Pose.Read(
                region,
                slot + UInt32(FrameSlotLayout.PoseOffsetBytes),
                slot + UInt32(FrameSlotLayout.ExpressionOffsetBytes),
                (int)UInt32(FrameSlotLayout.ExpressionCount));
            CopyColors(slot, frame);
            CopyDepths(slot, frame);
        }

        private int MostPixels
        {
            get { return (int)(Ring.Slots.Width * Ring.Slots.Height * Ring.Slots.Layers); }
        }

        private void CopyColors(long slot, Frame frame)
        {
            var rowBytes = frame.Width * PixelBytes(frame.Format);
            var stride = UInt32(FrameSlotLayout.RowStrideBytes);
            var sizeBytes = rowBytes * frame.Height * frame.Layers;
            if (frame.Colors.Length < sizeBytes) // once: a frame may be smaller than what the region holds, never larger
            {
                frame.Colors = new byte[MostPixels * PixelBytes(frame.Format)];
            }
            frame.ColorBytes = sizeBytes;
            var target = 0;
            for (var layer = 0; layer < frame.Layers; ++layer)
            {
                var source = slot + (long)UInt64(FrameSlotLayout.ColorOffsetsBytes + 8 * layer);
                for (var row = 0; row < frame.Height; ++row, target += rowBytes, source += stride)
                {
                    Ring.Region.Read(source, frame.Colors, target, rowBytes);
                }
            }
        }

        private void CopyDepths(long slot, Frame frame)
        {
            var hasDepth = (frame.Flags & FrameFlags.HasDepth) != 0;
            var layerPixels = frame.Width * frame.Height;
            var count = hasDepth ? layerPixels * frame.Layers : 0;
            if (frame.Depths.Length < count)
            {
                frame.Depths = new float[MostPixels];
            }
            frame.DepthCount = count;
            for (var layer = 0; hasDepth && layer < frame.Layers; ++layer)
            {
                var source = slot + (long)UInt64(FrameSlotLayout.DepthOffsetsBytes + 8 * layer);
                Ring.Region.Read(source, frame.Depths, layer * layerPixels, layerPixels);
            }
        }

        // Checks every field that leads to memory, in the private copy of the slot's header.
        private void CheckHeader()
        {
            var slots = Ring.Slots;
            var slotBytes = slots.SlotStrideBytes;
            var crc = Crc32.Compute(_header, CrcFirst, CrcBytes);
            RegionException.DemandEqual("header_crc32", UInt32(FrameSlotLayout.HeaderCrc32), crc);
            ulong width = UInt32(FrameSlotLayout.Width), height = UInt32(FrameSlotLayout.Height);
            ulong layers = UInt32(FrameSlotLayout.Layers), stride = UInt32(FrameSlotLayout.RowStrideBytes);
            ulong format = UInt32(FrameSlotLayout.Format), count = UInt32(FrameSlotLayout.ExpressionCount);
            RegionException.DemandWithin("width", width, 1, slots.Width);
            RegionException.DemandWithin("height", height, 1, slots.Height);
            RegionException.DemandWithin("layers", layers, 1, slots.Layers);
            RegionException.DemandWithin("format", format, 1, (ulong)PixelFormat.RGBA16F);
            var rowBytes = width * (ulong)PixelBytes((PixelFormat)format);
            RegionException.DemandWithin("row_stride_bytes", stride, rowBytes, slotBytes);
            RegionException.DemandWithin("expression_count", count, 0, slots.ExpressionCount);
            ulong poseOffset = UInt32(FrameSlotLayout.PoseOffsetBytes);
            ulong expressionOffset = UInt32(FrameSlotLayout.ExpressionOffsetBytes);
            CheckBlock("pose_offset_bytes", poseOffset, PoseLayout.SizeBytes, slotBytes);
            CheckBlock("expression_offset_bytes", expressionOffset, 4 * count, slotBytes);
            var hasDepth = (UInt32(FrameSlotLayout.Flags) & (uint)FrameFlags.HasDepth) != 0;
            for (var layer = 0; layer < (int)layers; ++layer)
            {
                var colors = UInt64(FrameSlotLayout.ColorOffsetsBytes + 8 * layer);
                CheckBlock("color_offsets_bytes", colors, height * stride, slotBytes);
                if (hasDepth)
                {
                    var depths = UInt64(FrameSlotLayout.DepthOffsetsBytes + 8 * layer);
                    CheckBlock("depth_offsets_bytes", depths, 4 * width * height, slotBytes);
                }
            }
        }

        // A block must lie behind the slot's header and inside the slot, on a multiple of 4.
        private static void CheckBlock(string field, ulong offset, ulong sizeBytes, ulong slotBytes)
        {
            if (sizeBytes > slotBytes)
            {
                throw RegionException.Malformed(field, offset, "a block smaller than the slot");
            }
            RegionException.DemandMultiple(field, offset, 4);
            RegionException.DemandWithin(field, offset, FrameSlotLayout.SizeBytes, slotBytes - sizeBytes);
        }

        private static int PixelBytes(PixelFormat format)
        {
            return format == PixelFormat.RGBA16F ? 8 : 4;
        }

        private uint UInt32(int offset)
        {
            return BitConverter.ToUInt32(_header, offset);
        }

        private ulong UInt64(int offset)
        {
            return BitConverter.ToUInt64(_header, offset);
        }
    }
}
