#include "formats/csaf/validate/test_groups.hpp"

/// Tests of the standard that are still to be written. They are told as not run, so that nobody takes silence for a
/// pass; the official examples hold this list to what is true.
namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kWhy = "this version of Tocsin does not have the test yet";

constexpr Test in_both(std::string_view id) { return {.id = id, .not_run = kWhy}; }
constexpr Test in_2_0(std::string_view id) { return {.id = id, .in_2_1 = false, .not_run = kWhy}; }
constexpr Test in_2_1(std::string_view id) { return {.id = id, .in_2_0 = false, .not_run = kWhy}; }

constexpr Test kTests[] = {
    in_2_1("6.1.50"),   in_both("6.2.1"),   in_both("6.2.2"),   in_both("6.2.3"),   in_both("6.2.4"),
    in_both("6.2.5"),   in_both("6.2.6"),   in_both("6.2.7"),   in_both("6.2.8"),   in_both("6.2.9"),
    in_2_0("6.2.10"),   in_both("6.2.11"),  in_both("6.2.12"),  in_both("6.2.13"),  in_both("6.2.14"),
    in_both("6.2.15"),  in_both("6.2.16"),  in_both("6.2.17"),  in_both("6.2.18"),  in_both("6.2.19"),
    in_both("6.2.20"),  in_2_1("6.2.21"),   in_2_1("6.2.22"),   in_2_1("6.2.27"),   in_2_1("6.2.28"),
    in_2_1("6.2.29"),   in_2_1("6.2.30"),   in_2_1("6.2.31"),   in_2_1("6.2.32"),   in_2_1("6.2.33"),
    in_2_1("6.2.34"),   in_2_1("6.2.35"),   in_2_1("6.2.36"),   in_2_1("6.2.37"),   in_2_1("6.2.38"),
    in_2_1("6.2.39.1"), in_2_1("6.2.39.2"), in_2_1("6.2.39.3"), in_2_1("6.2.39.4"), in_2_1("6.2.39.5"),
    in_2_1("6.2.40"),   in_2_1("6.2.41"),   in_2_1("6.2.42"),   in_2_1("6.2.47"),   in_2_1("6.2.48"),
    in_2_1("6.2.49"),   in_2_1("6.2.50.1"), in_2_1("6.2.50.2"), in_2_1("6.2.50.3"), in_2_1("6.2.51"),
    in_2_1("6.2.52"),   in_2_1("6.2.53"),   in_2_1("6.2.54.1"), in_2_1("6.2.54.2"), in_2_1("6.2.54.3"),
    in_2_1("6.2.54.4"), in_both("6.3.1"),   in_both("6.3.2"),   in_both("6.3.3"),   in_both("6.3.4"),
    in_both("6.3.5"),   in_both("6.3.6"),   in_both("6.3.7"),   in_both("6.3.8"),   in_both("6.3.9"),
    in_both("6.3.10"),  in_both("6.3.11"),  in_2_1("6.3.12"),   in_2_1("6.3.13"),   in_2_1("6.3.14"),
    in_2_1("6.3.15"),   in_2_1("6.3.16"),   in_2_1("6.3.18"),   in_2_1("6.3.19.1"), in_2_1("6.3.19.2"),
    in_2_1("6.3.19.3"), in_2_1("6.3.19.4"), in_2_1("6.3.19.5"), in_2_1("6.3.20"),   in_2_1("6.3.21.1"),
    in_2_1("6.3.21.2"), in_2_1("6.3.21.3"), in_2_1("6.3.21.4"), in_2_1("6.3.21.5"), in_2_1("6.3.21.6"),
    in_2_1("6.3.21.7"), in_2_1("6.3.21.8"), in_2_1("6.3.21.9"), in_2_1("6.3.22"),
};

}  // namespace

std::span<const Test> unwritten_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
