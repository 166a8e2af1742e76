#pragma once
#include <memory>

#include <rnp/rnp.h>

/// Owners of librnp's handles. For the files of this folder.
namespace tocsin::formats::keys {

struct RnpDelete {
  void operator()(rnp_ffi_st* it) const noexcept { rnp_ffi_destroy(it); }
  void operator()(rnp_input_st* it) const noexcept { rnp_input_destroy(it); }
  void operator()(rnp_output_st* it) const noexcept { rnp_output_destroy(it); }
  void operator()(rnp_op_encrypt_st* it) const noexcept { rnp_op_encrypt_destroy(it); }
  void operator()(rnp_key_handle_st* it) const noexcept { rnp_key_handle_destroy(it); }
  void operator()(rnp_uid_handle_st* it) const noexcept { rnp_uid_handle_destroy(it); }
  void operator()(rnp_identifier_iterator_st* it) const noexcept { rnp_identifier_iterator_destroy(it); }
  void operator()(char* it) const noexcept { rnp_buffer_destroy(it); }
};
template <class T>
using Rnp = std::unique_ptr<T, RnpDelete>;

}  // namespace tocsin::formats::keys
