#include "portal/http/negotiate.hpp"

#include <gtest/gtest.h>

#include "portal/http/compress.hpp"

namespace tocsin::portal::http {
namespace {

TEST(ChooseEncoding, TakesTheBestThatIsAccepted) {
  const std::pair<std::string_view, Encoding> table[] = {
      {"", Encoding::identity},
      {"gzip", Encoding::gzip},
      {"br", Encoding::br},
      {"gzip, deflate, br, zstd", Encoding::br},
      {"br, gzip", Encoding::br},
      {"br;q=0.5, gzip", Encoding::gzip},
      {"gzip;q=0.5, br;q=0.5", Encoding::br},
      {"gzip;q=0", Encoding::identity},
      {"gzip;q=0.000", Encoding::identity},
      {"gzip;q=0.001", Encoding::gzip},
      {"*", Encoding::br},
      {"*;q=0", Encoding::identity},
      {"br;q=0, *", Encoding::gzip},
      {"identity, gzip;q=0.5", Encoding::identity},
      {"identity;q=0.5, gzip;q=1.0", Encoding::gzip},
      {"GZIP ; Q=0.8", Encoding::gzip},
      {"x-gzip", Encoding::gzip},
      {"deflate, zstd", Encoding::identity},
      {",, ;q=1,gzip", Encoding::gzip},
  };
  for (const auto& [accept, expected] : table) EXPECT_EQ(choose_encoding(accept), expected) << accept;
}

TEST(ChooseRepresentation, IsAPageUnlessJsonIsPreferred) {
  const auto html = Representation::html;
  const auto json = Representation::json;
  const std::pair<std::string_view, Representation> table[] = {
      {"", html},
      {"*/*", html},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", html},
      {"application/json", json},
      {"application/json, text/html", html},
      {"application/json, text/html;q=0.9", json},
      {"application/json;q=0.8, text/html;q=0.9", html},
      {"application/json, */*;q=0.1", json},
      {"application/json, text/plain, */*", html},
      {"application/*", json},
      {"text/*", html},
      {"application/xhtml+xml", html},
      {"application/json;q=0, */*", html},
      {"image/png", html},
      {"APPLICATION/JSON", json},
  };
  for (const auto& [accept, expected] : table) EXPECT_EQ(choose_representation(accept), expected) << accept;
}

TEST(EtagMatches, ComparesWeaklyAndReadsLists) {
  const std::tuple<std::string_view, std::string_view, bool> table[] = {
      {"\"a\"", "\"a\"", true},   {"\"a\"", "\"b\"", false},       {"W/\"a\"", "\"a\"", true},
      {"\"a\"", "W/\"a\"", true}, {"\"x\", \"a\"", "\"a\"", true}, {"\"x\",W/\"a\" , \"y\"", "\"a\"", true},
      {"*", "\"a\"", true},       {" * ", "\"a\"", true},          {"", "\"a\"", false},
      {"*", "", false},           {"\"a, b\"", "\"a, b\"", true},  {"\"a, b\"", "\" b\"", false},
      {"a", "\"a\"", false},      {"\"a", "\"a\"", false},         {"\"x\" \"a\"", "\"a\"", false},
  };
  for (const auto& [header, etag, expected] : table) EXPECT_EQ(etag_matches(header, etag), expected) << header;
}

TEST(Compressible, IsTextOfSomeLength) {
  EXPECT_TRUE(compressible("text/html; charset=utf-8", 512));
  EXPECT_FALSE(compressible("text/html; charset=utf-8", 511));
  EXPECT_TRUE(compressible("application/problem+json", 1000));
  EXPECT_TRUE(compressible("application/atom+xml; charset=utf-8", 1000));
  EXPECT_TRUE(compressible("image/svg+xml", 1000));
  EXPECT_FALSE(compressible("image/png", 100'000));
  EXPECT_FALSE(compressible("application/octet-stream", 100'000));
}

}  // namespace
}  // namespace tocsin::portal::http
