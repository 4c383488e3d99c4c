// What a machine can do: Gaussians to pixels in C++ with AVX2 by hand, on OpenMP's threads. The benchmark `render`
// compares the renderers of the package with it; nothing else uses it. Classic mode, one camera, no check of the input.
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace
{

constexpr int TILE = 16;
constexpr float LEAST_ALPHA = 1.f / 255, MOST_ALPHA = 0.999f, LEAST_TRANSMITTANCE = 1e-4f, EPS2D = 0.3f;

struct Splat
{
    float u, v, xx, xy, yy, cutoff, opacity, depth, red, green, blue;
    int16_t first_column, last_column, first_row, last_row; // tiles; none if last < first
};

template <class Work> void parallel(int chunks, int threads, const Work& work)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int chunk = 0; chunk < chunks; chunk++)
        work(chunk);
}

Splat project(const float* m, const float* s, float opacity, const float* color, const float* view, const float* K,
              int width, int height)
{
    Splat splat{};
    splat.last_column = -1;
    float p[3];
    for (int r = 0; r < 3; r++)
        p[r] = view[4 * r] * m[0] + view[4 * r + 1] * m[1] + view[4 * r + 2] * m[2] + view[4 * r + 3];
    if (p[2] < 0.01f || opacity < LEAST_ALPHA)
        return splat;
    float fx = K[0], cx = K[2], fy = K[4], cy = K[5], sx = p[0] / p[2], sy = p[1] / p[2];
    float a[3], b[3]; // d(u) / d(world) and d(v) / d(world)
    for (int c = 0; c < 3; c++)
    {
        a[c] = fx / p[2] * (view[c] - sx * view[8 + c]);
        b[c] = fy / p[2] * (view[4 + c] - sy * view[8 + c]);
    }
    auto form = [&](const float* l, const float* r)
    {
        return l[0] * (s[0] * r[0] + s[1] * r[1] + s[2] * r[2]) + l[1] * (s[1] * r[0] + s[3] * r[1] + s[4] * r[2]) +
               l[2] * (s[2] * r[0] + s[4] * r[1] + s[5] * r[2]);
    };
    float uu = form(a, a) + EPS2D, uv = form(a, b), vv = form(b, b) + EPS2D, inverse = 1 / (uu * vv - uv * uv);
    float cutoff = std::log(opacity * 255), rx = std::sqrt(2 * cutoff * uu), ry = std::sqrt(2 * cutoff * vv);
    float u = fx * sx + cx, v = fy * sy + cy;
    if (u + rx <= 0 || u - rx >= width || v + ry <= 0 || v - ry >= height)
        return splat;
    auto tile = [](float x, int size)
    { return std::clamp(int(std::floor(x / TILE)), 0, (size + TILE - 1) / TILE - 1); };
    return {u,
            v,
            vv * inverse,
            -uv * inverse,
            uu * inverse,
            cutoff,
            opacity,
            p[2],
            color[0],
            color[1],
            color[2],
            int16_t(tile(u - rx, width)),
            int16_t(tile(u + rx, width)),
            int16_t(tile(v - ry, height)),
            int16_t(tile(v + ry, height))};
}

void sort_by_depth(std::vector<uint64_t>& keys, std::vector<uint64_t>& spare)
{ // depth bits above, index below
    spare.resize(keys.size());
    for (int shift = 32; shift < 64; shift += 11)
    {
        size_t begins[2048] = {};
        for (uint64_t key : keys)
            begins[key >> shift & 2047]++;
        size_t sum = 0;
        for (size_t& begin : begins)
            sum += std::exchange(begin, sum);
        for (uint64_t key : keys)
            spare[begins[key >> shift & 2047]++] = key;
        keys.swap(spare);
    }
}

__m256 exponential(__m256 x)
{ // of x <= 0, relative error 1e-6: a polynomial of the fraction, the rest as exponent bits
    x = _mm256_mul_ps(_mm256_max_ps(x, _mm256_set1_ps(-87)), _mm256_set1_ps(1.44269504f));
    __m256 whole = _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC), f = _mm256_sub_ps(x, whole);
    __m256 power = _mm256_set1_ps(1.3333558e-3f);
    for (float c : {9.6181291e-3f, 5.5504109e-2f, 2.4022651e-1f, 6.9314718e-1f, 1.f})
        power = _mm256_fmadd_ps(power, f, _mm256_set1_ps(c));
    __m256i bits = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(power, _mm256_castsi256_ps(bits));
}

struct Tile
{
    alignas(32) float transmittance[TILE][TILE], sums[4][TILE][TILE];

    void add(const Splat& s, int left, int top, uint32_t finished)
    {
        float determinant = s.xx * s.yy - s.xy * s.xy;
        float ry = std::sqrt(2 * s.cutoff * s.xx / determinant), rx = std::sqrt(2 * s.cutoff * s.yy / determinant);
        float u = s.u - left, v = s.v - top;
        int first = std::max(0, int(std::floor(v - ry))), last = std::min(TILE - 1, int(std::floor(v + ry)));
        int begin = u - rx < 8 ? 0 : 8, end = u + rx > 8 ? TILE : 8;
        const __m256 lanes = _mm256_setr_ps(.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f, 7.5f);
        const __m256 floor = _mm256_set1_ps(LEAST_TRANSMITTANCE), cutoff = _mm256_set1_ps(-s.cutoff);
        const __m256 xx = _mm256_set1_ps(-.5f * s.xx), opacity = _mm256_set1_ps(s.opacity);
        const __m256 most = _mm256_set1_ps(MOST_ALPHA);
        const __m256 features[4] = {_mm256_set1_ps(s.red), _mm256_set1_ps(s.green), _mm256_set1_ps(s.blue),
                                    _mm256_set1_ps(s.depth)};
        for (int y = first; y <= last; y++)
        {
            if (finished >> y & 1)
                continue;
            float dy = y + .5f - v;
            const __m256 linear = _mm256_set1_ps(-s.xy * dy), constant = _mm256_set1_ps(-.5f * s.yy * dy * dy);
            for (int x = begin; x < end; x += 8)
            {
                __m256 dx = _mm256_add_ps(lanes, _mm256_set1_ps(x - u));
                __m256 exponent = _mm256_fmadd_ps(_mm256_fmadd_ps(xx, dx, linear), dx, constant);
                __m256 before = _mm256_load_ps(&transmittance[y][x]);
                __m256 drawn = _mm256_and_ps(_mm256_cmp_ps(exponent, cutoff, _CMP_GT_OQ),
                                             _mm256_cmp_ps(before, floor, _CMP_GT_OQ));
                if (_mm256_testz_ps(drawn, drawn))
                    continue;
                __m256 alpha = _mm256_min_ps(most, _mm256_mul_ps(opacity, exponential(exponent)));
                __m256 weight = _mm256_mul_ps(_mm256_and_ps(alpha, drawn), before);
                _mm256_store_ps(&transmittance[y][x], _mm256_sub_ps(before, weight));
                for (int f = 0; f < 4; f++)
                    _mm256_store_ps(&sums[f][y][x],
                                    _mm256_fmadd_ps(weight, features[f], _mm256_load_ps(&sums[f][y][x])));
            }
        }
    }

    bool row_is_finished(int y) const
    {
        __m256 most = _mm256_max_ps(_mm256_load_ps(&transmittance[y][0]), _mm256_load_ps(&transmittance[y][8]));
        return !_mm256_movemask_ps(_mm256_cmp_ps(most, _mm256_set1_ps(LEAST_TRANSMITTANCE), _CMP_GT_OQ));
    }
};

std::vector<Splat> splats; // kept from frame to frame, as every renderer does
std::vector<uint64_t> order, spare;
std::vector<uint32_t> begins, ends, lists;

} // namespace

extern "C" void draw(int count, const float* means, const float* covariances, const float* opacities,
                     const float* colors, const float* view, const float* K, int width, int height, int threads,
                     uint8_t* out_colors, float* out_depths)
{
    constexpr int CHUNK = 2048;
    splats.resize(count);
    parallel((count + CHUNK - 1) / CHUNK, threads,
             [&](int chunk)
             {
                 for (int i = chunk * CHUNK; i < std::min(count, (chunk + 1) * CHUNK); i++)
                     splats[i] = project(means + 3 * i, covariances + 6 * i, opacities[i], colors + 3 * i, view, K,
                                         width, height);
             });
    order.clear();
    for (int i = 0; i < count; i++)
    {
        uint32_t bits;
        std::memcpy(&bits, &splats[i].depth, 4);
        if (splats[i].last_column >= 0)
            order.push_back(uint64_t(bits) << 32 | uint32_t(i));
    }
    sort_by_depth(order, spare);

    int columns = (width + TILE - 1) / TILE, rows = (height + TILE - 1) / TILE;
    begins.assign(columns * rows + 1, 0);
    auto for_tiles = [&](const auto& visit)
    {
        for (uint64_t key : order)
        {
            const Splat& s = splats[uint32_t(key)];
            for (int row = s.first_row; row <= s.last_row; row++)
                for (int column = s.first_column; column <= s.last_column; column++)
                    visit(row * columns + column, uint32_t(key));
        }
    };
    for_tiles([&](int tile, uint32_t) { begins[tile + 1]++; });
    for (int tile = 0; tile < columns * rows; tile++)
        begins[tile + 1] += begins[tile];
    ends = begins;
    lists.resize(begins.back());
    for_tiles([&](int tile, uint32_t index) { lists[ends[tile]++] = index; });

    parallel(columns * rows, threads,
             [&](int tile)
             {
                 int left = tile % columns * TILE, top = tile / columns * TILE;
                 Tile work;
                 std::fill_n(&work.transmittance[0][0], TILE * TILE, 1.f);
                 std::memset(work.sums, 0, sizeof work.sums);
                 uint32_t finished = 0;
                 for (uint32_t j = begins[tile]; j < ends[tile] && finished != 0xffff; j++)
                 {
                     work.add(splats[lists[j]], left, top, finished);
                     if (j % 16 == 15)
                         for (int y = 0; y < TILE; y++)
                             finished |= uint32_t(work.row_is_finished(y)) << y;
                 }
                 for (int y = 0; y < std::min(TILE, height - top); y++)
                     for (int x = 0; x < std::min(TILE, width - left); x++)
                     {
                         size_t pixel = size_t(top + y) * width + left + x;
                         float alpha = 1 - work.transmittance[y][x];
                         for (int f = 0; f < 3; f++)
                             out_colors[4 * pixel + f] = uint8_t(std::min(1.f, work.sums[f][y][x]) * 255 + .5f);
                         out_colors[4 * pixel + 3] = uint8_t(alpha * 255 + .5f);
                         out_depths[pixel] = work.sums[3][y][x] / std::max(alpha, 1e-10f);
                     }
             });
}
