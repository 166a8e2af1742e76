#include "portal/http/multipart.hpp"

#include <gtest/gtest.h>

namespace tocsin::portal::http {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=----b";
std::string part(std::string_view head, std::string_view content) {
  return "------b\r\n" + std::string{head} + "\r\n\r\n" + std::string{content} + "\r\n";
}
constexpr std::string_view kEnd = "------b--\r\n";

TEST(Multipart, FieldsAndFilesAreReadAsTheyCame) {
  const auto body = part("Content-Disposition: form-data; name=\"csrf\"", "t0ken") +
                    part(
                        "Content-Disposition: form-data; name=\"logo\"; filename=\"../../etc/passwd\"\r\n"
                        "Content-Type: text/html",
                        std::string("\0\r\n--\xFF", 6)) +
                    part("content-disposition: form-data; name=\"empty\"; filename=\"\"", "") + std::string{kEnd};
  const auto form = parse_multipart(kType, body);
  ASSERT_TRUE(form.has_value()) << form.error().message;
  EXPECT_EQ(form->fields.get("csrf"), "t0ken");
  ASSERT_EQ(form->uploads.size(), 1U);
  EXPECT_EQ(form->uploads[0].field, "logo");
  EXPECT_EQ(form->uploads[0].bytes, std::string("\0\r\n--\xFF", 6));
  // Cut anywhere, it is refused.
  for (std::size_t size = 0; size < body.size() - 4; ++size) {
    EXPECT_FALSE(parse_multipart(kType, body.substr(0, size)).has_value()) << size;
  }
}

TEST(Multipart, WhatIsNotWellFormedIsRefused) {
  const auto good = part("Content-Disposition: form-data; name=\"a\"", "x");
  for (const auto& [type, body] :
       {std::pair<std::string, std::string>{"multipart/form-data", good + std::string{kEnd}},
        {"multipart/form-data; boundary=", good},
        {"multipart/form-data; boundary=" + std::string(71, 'b'), good},
        {std::string{kType}, ""},
        {std::string{kType}, part("Content-Disposition: attachment; name=\"a\"", "x") + std::string{kEnd}},
        {std::string{kType}, part("Content-Type: text/plain", "x") + std::string{kEnd}},
        {std::string{kType}, part("no header", "x") + std::string{kEnd}},
        {std::string{kType}, part("Content-Disposition: form-data; name=\"a", "x") + std::string{kEnd}},
        {std::string{kType}, part("Content-Disposition: form-data; name=\"a\"", "\xFF") + std::string{kEnd}},
        {std::string{kType}, part("X: " + std::string(3'000, 'x'), "x") + std::string{kEnd}}}) {
    EXPECT_FALSE(parse_multipart(type, body).has_value()) << body.substr(0, 80);
  }
  std::string many;
  for (int i = 0; i < 300; ++i) many += good;
  EXPECT_FALSE(parse_multipart(kType, many + std::string{kEnd}).has_value());
}

}  // namespace
}  // namespace tocsin::portal::http
