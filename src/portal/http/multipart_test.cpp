#include "portal/http/multipart.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::portal::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=XX";

std::string part(std::string_view disposition, std::string_view content) {
  return fmt::format("--XX\r\nContent-Disposition: {}\r\n\r\n{}\r\n", disposition, content);
}

TEST(Multipart, FieldsAndFilesAsBrowsersSendThem) {
  const auto body = part("form-data; name=\"csrf\"", "t") +
                    "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b.json\"\r\n"
                    "Content-Type: application/json\r\n\r\n{\"a\":\r\n--XY 1}\r\n" +
                    part("form-data; name=\"none\"; filename=\"\"", "") + "--XX--\r\n";
  const auto fields = parse_multipart(body, kType);
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_EQ(fields->get("csrf"), "t");
  EXPECT_EQ(fields->get("file"), "{\"a\":\r\n--XY 1}");
  EXPECT_EQ(fields->get("file.filename"), "a\"b.json");
  EXPECT_TRUE(fields->has("none"));
  EXPECT_FALSE(fields->has("none.filename"));
  EXPECT_EQ(fields->list().size(), 4U);
}

TEST(Multipart, QuotedBoundaryAndEmptyForm) {
  EXPECT_TRUE(is_multipart_form("Multipart/Form-Data; charset=x"));
  EXPECT_FALSE(is_multipart_form("multipart/mixed; boundary=XX"));
  const auto fields = parse_multipart("--a b--", "multipart/form-data; charset=utf-8; boundary=\"a b\"");
  ASSERT_TRUE(fields) << fields.error().message;
  EXPECT_TRUE(fields->list().empty());
}

TEST(Multipart, FileNamesLoseTheirFolders) {
  const auto fields =
      parse_multipart(part("form-data; name=\"f\"; filename=\"C:\\\\x\\\\..\\\\a.json\"", "1") + "--XX--", kType);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->get("f.filename"), "a.json");
}

struct Bad {
  std::string_view name, body, type;
};
class MultipartRefusal : public ::testing::TestWithParam<Bad> {};

TEST_P(MultipartRefusal, IsAnErrorInWords) {
  const auto fields = parse_multipart(GetParam().body, GetParam().type);
  ASSERT_FALSE(fields);
  EXPECT_EQ(fields.error().code, Error::Code::invalid_input);
  EXPECT_TRUE(fields.error().message.starts_with("the form cannot be read: ")) << fields.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, MultipartRefusal,
    ::testing::Values(Bad{"Empty", "", kType}, Bad{"NoBoundary", "--XX--", "multipart/form-data"},
                      Bad{"OtherBoundary", "--YY--", kType}, Bad{"CutAfterBoundary", "--XX", kType},
                      Bad{"CutInHead", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n", kType},
                      Bad{"CutInContent", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc", kType},
                      Bad{"NoName", "--XX\r\nContent-Disposition: form-data\r\n\r\n\r\n--XX--", kType},
                      Bad{"NoDisposition", "--XX\r\nContent-Type: x\r\n\r\n\r\n--XX--", kType},
                      Bad{"Attachment", "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n\r\n--XX--", kType},
                      Bad{"BadName", "--XX\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n\r\n--XX--", kType},
                      Bad{"LongBoundary", "--XX--",
                          "multipart/form-data; boundary="
                          "0123456789012345678901234567890123456789012345678901234567890123456789X"}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST(Multipart, TooManyPartsAreRefused) {
  std::string body;
  for (int i = 0; i < 201; ++i) body += part("form-data; name=\"a\"", "");
  EXPECT_FALSE(parse_multipart(body + "--XX--", kType));
}

TEST(Multipart, EveryPrefixOfAFormIsReadOrRefused) {
  const auto body = part("form-data; name=\"a\"; filename=\"b\"", "c\r\n--X") + "--XX--";
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(parse_multipart(body.substr(0, size), kType)) << size;
  }
  EXPECT_TRUE(parse_multipart(body, kType));
}

}  // namespace
}  // namespace tocsin::portal::http
